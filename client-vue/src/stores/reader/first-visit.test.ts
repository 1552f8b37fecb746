import { expect, it, vi } from 'vitest';
import { inbox, startSession } from '../../../testing/reader.ts';
import { range, useFreshStores } from '../../../testing/stores.ts';
import { useItems } from '../feeds/items.ts';
import { useMarks } from './marks.ts';
import { useReader } from './reader.ts';
import { useUnread } from './unread.ts';

useFreshStores();

/** Waits until marks that are being sent have reached the client. */
const flush = () => new Promise((resolve) => setImmediate(resolve));

it('should count only items that arrive after the first visit as unread, and send a read mark', async () => {
  const requests = startSession();
  useItems().add('all', { epoch: 'e', publications: range(1, 3) });
  useMarks().mergeReadState('all', { epoch: 'e', offset: 0, ids: [] });
  // The reader has marks in other feeds only.
  useMarks().mergeInboxState('all', inbox({ epoch: '-' }));
  useReader().initFeed('all', { epoch: 'e', offset: 3 });
  expect(useUnread().count).toBe(0);
  useItems().add('all', { epoch: 'e', publications: range(4, 5) });
  expect(useUnread().count).toBe(2);
  useReader().markAllRead();
  expect(useUnread().count).toBe(0);
  await vi.waitFor(() => expect(requests).toHaveLength(2));
  expect(requests[0]).toEqual(['read', 'all', { epoch: 'e', offset: 3 }]);
});

it('should not send a first-visit mark if a notification that is back from a snooze would then count as read', async () => {
  const requests = startSession();
  useItems().add('all', { epoch: 'e', publications: range(1, 3) });
  useMarks().mergeReadState('all', { epoch: 'e', offset: 0, ids: [] });
  const snoozed = [{ id: 'n1', epoch: 'e', offset: 1, until: '2026-06-01T10:00:00Z', due: true as const }];
  useMarks().mergeInboxState('all', inbox({ epoch: '-', snoozed }));
  useReader().initFeed('all', { epoch: 'e', offset: 3 });
  expect(useUnread().count).toBe(1);
  await flush();
  expect(requests).toEqual([]);
});

it('should replace the first-visit mark if the read state was unavailable and arrives later', async () => {
  const requests = startSession();
  useItems().add('all', { epoch: 'e', publications: range(1, 3) });
  useReader().initFeed('all', { epoch: 'e', offset: 3 });
  useItems().add('all', { epoch: 'e', publications: range(4, 4) });
  expect(useUnread().count).toBe(1);
  useMarks().mergeReadState('all', { epoch: 'e', offset: 1, ids: [] });
  expect(useUnread().count).toBe(3);
  useMarks().mergeReadState('all', { epoch: 'e', offset: 0, ids: [] });
  expect(useUnread().count, 'read states only grow').toBe(3);
  await flush();
  expect(requests).toEqual([]);
});

it('should keep the first-visit mark if the reader confirms it or has no read state', () => {
  startSession();
  useItems().add('all', { epoch: 'e', publications: range(1, 3) });
  useReader().initFeed('all', { epoch: 'e', offset: 2 });
  useMarks().mergeReadState('all', { epoch: 'e', offset: 0, ids: [] });
  expect(useUnread().count).toBe(1);
  useItems().add('topic:a', { epoch: 'e', publications: range(4, 6) });
  useReader().initFeed('topic:a', { epoch: 'e', offset: 5 });
  useReader().markAllRead();
  useMarks().mergeReadState('topic:a', { epoch: 'e', offset: 4, ids: [] });
  expect(useUnread().count).toBe(0);
  useItems().add('topic:b', { epoch: 'e', publications: range(7, 9) });
  useMarks().mergeReadState('topic:b', { epoch: 'e', offset: 0, ids: [] });
  useMarks().mergeInboxState('topic:b', inbox({ epoch: '-' }));
  useReader().initFeed('topic:b', { epoch: 'e', offset: 9 });
  useMarks().mergeReadState('topic:b', { epoch: 'e', offset: 0, ids: ['n8'] });
  expect(useUnread().count).toBe(0);
});

it('should count all notifications as unread if the reader has marks from an earlier epoch', async () => {
  const requests = startSession();
  useItems().add('all', { epoch: 'f', publications: range(1, 3) });
  useMarks().mergeReadState('all', { epoch: 'f', offset: 0, ids: [], earlier: true });
  useReader().initFeed('all', { epoch: 'f', offset: 3 });
  expect(useUnread().count).toBe(3);
  await flush();
  expect(requests).toEqual([]);
});
