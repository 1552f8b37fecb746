import type { LivePublication, Severity } from '@tocsin/contracts';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { forgetStores } from '../stores/define-store.ts';
import { BATCH_MS, useLiveMessages } from './speech/live-messages.ts';
import { TOAST_MS, useToasts } from './store.ts';

const publication = (n: number, severity: Severity = 'info', title = `t${n}`): LivePublication => ({
  offset: n,
  notification: { id: `n${n}`, feed: 'all', severity, title, createdAt: '2026-01-01T00:00:00Z' },
});
const createPublications = (count: number, severity?: Severity) =>
  Array.from({ length: count }, (_, n) => publication(n + 1, severity));

let onScreen: string[] = [];
let maxOnScreen = 0;
const spoken = (region: 'polite' | 'assertive') => useLiveMessages()[region].map(({ text }) => text);

beforeEach(() => {
  vi.useFakeTimers();
  forgetStores();
  maxOnScreen = 0;
  useToasts().renderWith({
    draw: (cards) => {
      onScreen = cards.map(({ key }) => key);
      maxOnScreen = Math.max(maxOnScreen, onScreen.length);
    },
    unmount: () => undefined,
  });
});
afterEach(() => {
  vi.useRealTimers();
});

describe('useToasts', () => {
  it('should immediately show and announce an error, even after three errors and 500 info toasts', () => {
    const toasts = useToasts();
    toasts.show('all', createPublications(3, 'error'));
    toasts.show(
      'all',
      Array.from({ length: 500 }, (_, n) => publication(n + 10)),
    );
    toasts.show('all', [publication(999, 'error', 'CRITICAL: the payment database is down')]);
    expect(onScreen[0]).toBe('all/n999');
    expect(spoken('assertive').at(-1)).toBe('Error: CRITICAL: the payment database is down');
    expect([toasts.view.foldedErrors, toasts.more]).toEqual([2, 499]);
  });

  it('should show the three newest of ten and remove all of them after six seconds', () => {
    const toasts = useToasts();
    toasts.show('all', createPublications(10));
    expect(onScreen).toEqual(['all/n10', 'all/n9', 'all/n8']);
    expect(toasts.more).toBe(7);
    vi.advanceTimersByTime(TOAST_MS);
    expect([onScreen, toasts.isAnyVisible, toasts.more]).toEqual([[], false, 0]);
    expect(maxOnScreen).toBe(3);
  });

  it("should not announce the previous reader's notifications to the next reader", () => {
    useToasts().show('all', [publication(1, 'error'), publication(2)]);
    useLiveMessages().reset();
    useToasts().show('all', [publication(3)]);
    vi.advanceTimersByTime(BATCH_MS);
    expect([spoken('assertive'), spoken('polite')]).toEqual([[], ['Info: t3']]);
  });

  it('should announce errors individually and immediately, and combine the rest within 2 s', () => {
    const toasts = useToasts();
    toasts.show('all', [publication(1, 'error'), publication(2, 'warning'), publication(3, 'error')]);
    expect(spoken('assertive')).toEqual(['Error: t1', 'Error: t3']);
    vi.advanceTimersByTime(BATCH_MS - 1);
    toasts.show('all', [publication(4, 'success')]);
    expect(spoken('polite')).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(spoken('polite')).toEqual(['Warning: t2. Success: t4']);
    toasts.show('all', createPublications(500));
    vi.advanceTimersByTime(BATCH_MS);
    expect(spoken('polite').at(-1)).toBe('500 notifications: 500 info. Newest: Info: t500');
  });

  it('should not announce notifications that are gone before the announcement', () => {
    const toasts = useToasts();
    toasts.show('all', [publication(1), publication(2)]);
    toasts.show('topic:a', [publication(3)]);
    toasts.remove('all', ['n1'], 'retracted');
    toasts.clear('topic:a');
    vi.advanceTimersByTime(BATCH_MS);
    expect(spoken('polite')).toEqual(['Info: t2']);
    toasts.show('all', [publication(4)]);
    toasts.clear('all');
    vi.advanceTimersByTime(BATCH_MS);
    expect(spoken('polite')).toEqual([]);
  });

  it('should remove announced messages of notifications that are retracted or erased', () => {
    const toasts = useToasts();
    toasts.show('all', [publication(1, 'error'), publication(2, 'error'), publication(3)]);
    toasts.show('topic:a', [publication(4, 'error')]);
    useLiveMessages().speak('offline');
    vi.advanceTimersByTime(BATCH_MS);
    toasts.remove('all', ['n2'], 'retracted');
    expect(spoken('assertive')).toEqual(['Error: t1', 'Error: t4']);
    toasts.clear('topic:a');
    toasts.remove('all', ['n3'], 'retracted');
    expect([spoken('assertive'), spoken('polite')]).toEqual([['Error: t1'], ['offline']]);
  });

  it('should announce only the successor of a replaced notification, and nothing if it is gone too', () => {
    const toasts = useToasts();
    toasts.show('all', [publication(1)]);
    toasts.show('all', [publication(2)]);
    toasts.remove('all', ['n1'], 'replaced');
    vi.advanceTimersByTime(BATCH_MS);
    expect(spoken('polite')).toEqual(['Info: t2']);
    toasts.show('all', [publication(3)]);
    toasts.show('all', [publication(4)]);
    toasts.remove('all', ['n3'], 'replaced');
    toasts.remove('all', ['n4'], 'retracted');
    vi.advanceTimersByTime(BATCH_MS);
    expect(spoken('polite')).toEqual(['Info: t2']);
  });

  it('should count equal toasts and restart the countdown', () => {
    const toasts = useToasts();
    toasts.show('all', [publication(1, 'info', 'warehouse restarted')]);
    vi.advanceTimersByTime(TOAST_MS - 1);
    toasts.show('all', [publication(2, 'info', 'warehouse restarted')]);
    vi.advanceTimersByTime(TOAST_MS - 1);
    expect(toasts.view.cards).toMatchObject([{ key: 'all/n1', count: 2, notificationId: 'n2' }]);
    vi.advanceTimersByTime(1);
    expect(toasts.isAnyVisible).toBe(false);
  });

  it('should keep errors until dismissed, including errors that replaced an info toast', () => {
    const toasts = useToasts();
    const progress = (n: number, severity: Severity): LivePublication => {
      const { offset, notification } = publication(n, severity);
      return { offset, notification: { ...notification, collapseKey: 'import' } };
    };
    toasts.show('all', [progress(1, 'info')]);
    toasts.show('all', [progress(2, 'error')]);
    toasts.remove('all', ['n1'], 'replaced');
    vi.advanceTimersByTime(TOAST_MS * 100);
    expect(toasts.view.cards).toMatchObject([{ count: 2, severity: 'error' }]);
    toasts.dismiss(onScreen[0] ?? '');
    expect(onScreen).toEqual([]);
  });

  it('should open the error fold and close it once the remaining errors fit without it', () => {
    const toasts = useToasts();
    toasts.show('all', createPublications(5, 'error'));
    expect([onScreen.length, toasts.view.foldedErrors]).toEqual([3, 2]);
    toasts.open(true);
    expect([onScreen.length, toasts.view.foldedErrors]).toEqual([5, 0]);
    toasts.dismiss('all/n1');
    expect(toasts.opened).toBe(true);
    toasts.dismiss('all/n2');
    expect(toasts.opened).toBe(false);
  });

  it('should pause countdowns and keep hovered cards', () => {
    const toasts = useToasts();
    toasts.show('all', createPublications(2));
    toasts.hold(true);
    toasts.show('all', [publication(7), publication(8), publication(9)]);
    vi.advanceTimersByTime(TOAST_MS * 10);
    expect(onScreen).toEqual(['all/n9', 'all/n8', 'all/n7', 'all/n2', 'all/n1']);
    toasts.hold(false);
    expect(onScreen).toHaveLength(3);
    vi.advanceTimersByTime(TOAST_MS);
    expect(onScreen).toEqual([]);
  });

  it('should remove toasts of erased feeds and of notifications that are gone', () => {
    const toasts = useToasts();
    toasts.show('all', createPublications(5, 'error'));
    toasts.show('topic:all', [publication(9, 'error'), publication(10)]);
    toasts.clear('all');
    expect(onScreen).toEqual(['topic:all/n9', 'topic:all/n10']);
    toasts.remove('topic:all', ['n9']);
    expect(onScreen).toEqual(['topic:all/n10']);
  });

  it('should report missed notifications in a single toast', () => {
    useToasts().summarizeMissed({ feed: 'all', count: 12, gap: false });
    vi.advanceTimersByTime(BATCH_MS);
    expect(spoken('polite')).toEqual(['12 new while you were away']);
  });

  it('should ignore expired notifications', () => {
    const { notification, offset } = publication(1);
    useToasts().show('all', [
      { offset, notification: { ...notification, expiresAt: '2026-01-02T00:00:00Z' } },
    ]);
    expect(onScreen).toEqual([]);
  });
});
