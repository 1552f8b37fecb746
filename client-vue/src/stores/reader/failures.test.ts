import { ProblemError } from '@tocsin/client';
import { afterEach, expect, it, vi } from 'vitest';
import { inbox, item, sendMarksWith } from '../../../testing/reader.ts';
import { ids, range, useFreshStores } from '../../../testing/stores.ts';
import { useConnection } from '../connection.ts';
import { useItems } from '../feeds/items.ts';
import { useMarks } from './marks.ts';
import { useNotice } from './notice.ts';
import { useReader } from './reader.ts';
import { useUnread } from './unread.ts';

useFreshStores();
afterEach(() => void vi.useRealTimers());

it('should revert a refused snooze and show a notice', async () => {
  const refused = new ProblemError(409, undefined, undefined);
  sendMarksWith(() => Promise.reject(refused));
  useItems().add('all', { epoch: 'e', publications: range(1, 2) });
  useReader().snooze([item('n1')], new Date('2099-01-01'));
  expect(ids()).toEqual(['n2']);
  await vi.waitFor(() => expect(useNotice().notice?.kind).toBe('snooze-full'));
  await vi.waitFor(() => expect(ids()).toEqual(['n2', 'n1']));
});

it('should keep a refused change (other than a snooze) on this page and show a notice', async () => {
  sendMarksWith(() => Promise.reject(new ProblemError(400, undefined, undefined)));
  useItems().add('all', { epoch: 'e', publications: range(1, 2) });
  useReader().archive([item('n1')]);
  await vi.waitFor(() => expect(useNotice().notice?.kind).toBe('unsaved'));
  expect(ids()).toEqual(['n2']);
});

/** Makes three notifications unread: `n1` is back from a snooze, `n2` was marked as unread, and `n3` is new. */
function addUnread(): void {
  useMarks().startSession(true);
  useItems().add('all', { epoch: 'e', publications: range(1, 3) });
  useMarks().mergeReadState('all', { epoch: 'e', offset: 2, ids: [] });
  const returned = { id: 'n1', offset: 1, epoch: 'e', until: '2026-06-02T10:00:00Z', due: true as const };
  useMarks().mergeInboxState('all', inbox({ unread: [[2, 2]], snoozed: [returned] }));
  expect(useUnread().count).toBe(3);
}

it('should show all notifications as read while a slow server saves the change', async () => {
  vi.useFakeTimers();
  let respond = (): void => undefined;
  sendMarksWith(() => new Promise<void>((resolve) => (respond = resolve)));
  useConnection().changed('live');
  addUnread();
  useReader().markAllRead();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(useUnread().count).toBe(0);
  respond();
  await vi.advanceTimersByTimeAsync(2_000);
  expect(useUnread().count, 'the marks can arrive after the response').toBe(0);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(useUnread().count, "the server's marks apply").toBe(2);
});

it('should keep a saved change until the connection is live again and its marks can arrive', async () => {
  vi.useFakeTimers();
  sendMarksWith(async () => undefined);
  useConnection().changed('reconnecting');
  addUnread();
  useReader().archive([item('n1')]);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(ids()).toEqual(['n3', 'n2']);
  useConnection().changed('live');
  await vi.advanceTimersByTimeAsync(2_000);
  expect(ids(), 'the marks can arrive after the connection').toEqual(['n3', 'n2']);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(ids(), "the server's marks apply").toContain('n1');
});

it('should still show all notifications as read, and show a notice, if the server refuses the change', async () => {
  vi.useFakeTimers();
  sendMarksWith(() => Promise.reject(new ProblemError(503, undefined, undefined)));
  addUnread();
  useReader().markAllRead();
  await vi.advanceTimersByTimeAsync(5_000);
  expect(useNotice().notice?.kind).toBe('unsaved');
  expect(useUnread().count).toBe(0);
});

it('should not report in the next session that a change could not be saved', async () => {
  let refuse = (): void => undefined;
  const session = () =>
    sendMarksWith(() => new Promise((_resolve, reject) => (refuse = () => reject(new Error('closed')))));
  for (const change of [
    () => useReader().archive([item('n1')]),
    () => useReader().snooze([item('n1')], new Date('2099-01-01')),
    () => useReader().markAllRead(),
  ]) {
    session();
    addUnread();
    change();
    await new Promise((resolve) => setTimeout(resolve));
    useItems().reset();
    refuse();
    await new Promise((resolve) => setTimeout(resolve));
    expect(useNotice().notice).toBe(undefined);
  }
});
