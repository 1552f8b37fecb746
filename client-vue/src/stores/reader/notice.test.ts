import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { forgetStores } from '../define-store.ts';
import { useNotice } from './notice.ts';

beforeEach(() => {
  vi.useFakeTimers();
  forgetStores();
});
afterEach(() => {
  vi.useRealTimers();
});

it('should offer to undo a change for eight seconds, or longer while the reader is using the notice', () => {
  const notices = useNotice();
  notices.show('archived', 2, () => undefined);
  vi.advanceTimersByTime(7_999);
  expect(notices.notice?.count).toBe(2);
  notices.hold(true);
  vi.advanceTimersByTime(60_000);
  expect(notices.notice?.count).toBe(2);
  notices.hold(false);
  vi.advanceTimersByTime(7_999);
  expect(notices.notice?.count).toBe(2);
  vi.advanceTimersByTime(1);
  expect(notices.notice).toBeUndefined();
});

it('should keep a notice that replaces another while the reader is using it', () => {
  const notices = useNotice();
  notices.show('archived', 1, () => undefined);
  notices.hold(true);
  notices.undo();
  vi.advanceTimersByTime(60_000);
  expect(notices.notice?.kind).toBe('undone');
  notices.hold(false);
  vi.advanceTimersByTime(8_000);
  expect(notices.notice).toBeUndefined();
});

it('should undo the last change once', () => {
  const notices = useNotice();
  const [first, last] = [vi.fn(), vi.fn()];
  notices.show('archived', 1, first);
  notices.show('snoozed', 1, last);
  notices.undo();
  notices.undo();
  expect(first).not.toHaveBeenCalled();
  expect(last).toHaveBeenCalledOnce();
  expect(notices.notice?.kind).toBe('undone');
});
