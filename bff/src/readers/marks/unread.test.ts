import { MAX_UNREAD, type Publication, type ReadState } from '@tocsin/contracts';
import { expect, it } from 'vitest';
import { countUnread } from './unread.ts';

const notification = (id: string) =>
  ({ id, feed: 'all', severity: 'info', title: id, createdAt: '2026-01-01T00:00:00Z' }) as const;

/** Creates a history of `head` publications. Publications in `gone` are removed. */
function historyOf(head: number, { floor = 1, gone = [] as number[] } = {}) {
  const reads: [number, number][] = [];
  const readRange = async (first: number, last: number): Promise<Publication[]> => {
    reads.push([first, last]);
    return Array.from({ length: last - first + 1 }, (_, i) => {
      const [offset, id] = [first + i, `n${first + i}`];
      return gone.includes(offset)
        ? { offset, notification: null, id, gone: 'retracted' }
        : { offset, notification: notification(id) };
    });
  };
  return { head, floor, readRange, reads };
}

const marks = (read: ReadState) => ({ epoch: '1-a', read });

it('should count visible publications after the read offset unless marked as read', async () => {
  const history = historyOf(10, { gone: [7] });
  expect(await countUnread(marks({ offset: 4, ids: ['n6', 'n9'] }), history)).toEqual({
    unread: 3,
    unseen: 3,
    more: false,
  });
  expect(await countUnread(marks({ offset: 10, ids: [] }), history)).toEqual({
    unread: 0,
    unseen: 0,
    more: false,
  });
  expect(await countUnread(marks({ offset: 0, ids: [] }), historyOf(0))).toEqual({
    unread: 0,
    unseen: 0,
    more: false,
  });
});

it('should not count publications outside the history', async () => {
  expect(await countUnread(marks({ offset: 0, ids: [] }), historyOf(10, { floor: 8 }))).toEqual({
    unread: 3,
    unseen: 3,
    more: false,
  });
});

it('should read each chunk once, and stop at the limit', async () => {
  const history = historyOf(500);
  expect(await countUnread(marks({ offset: 50, ids: [] }), history)).toEqual({
    unread: 450,
    unseen: 450,
    more: false,
  });
  expect(history.reads).toEqual([
    [301, 500],
    [101, 300],
    [51, 100],
  ]);
  const long = historyOf(5_000);
  expect(await countUnread(marks({ offset: 0, ids: [] }), long)).toEqual({
    unread: MAX_UNREAD,
    unseen: MAX_UNREAD,
    more: true,
  });
  expect(long.reads).toHaveLength(6);
});

it('should check a limited number of publications, even if all are gone', async () => {
  const gone = Array.from({ length: 9_000 }, (_, i) => i + 1);
  const history = historyOf(9_000, { gone });
  expect(await countUnread(marks({ offset: 0, ids: [] }), history)).toEqual({
    unread: 0,
    unseen: 0,
    more: true,
  });
  expect(history.reads).toHaveLength(10);
});

it('should not count an ended snooze if the history says that the notification is gone', async () => {
  const snooze = (offset: number, rest = {}) =>
    ({ id: `n${offset}`, epoch: '1-a', offset, until: '2026-01-01T00:00:00Z', due: true, ...rest }) as const;
  const snoozed = [snooze(2), snooze(4), snooze(6), snooze(6, { id: 'other', epoch: '0-a' }), snooze(9)];
  const inbox = { version: 1, epoch: '1-a', seen: 8, unread: [], archived: [], snoozed };
  const history = historyOf(8, { floor: 3, gone: [2, 4, 9] });
  expect(await countUnread({ ...marks({ offset: 8, ids: [] }), inbox }, history)).toEqual({
    unread: 4,
    unseen: 4,
    more: false,
  });
});

it('should not count an ended snooze if the feed has been erased since', async () => {
  const snooze = (id: string, epoch: string) =>
    ({ id, epoch, offset: 1, until: '2026-01-01T00:00:00Z', due: true }) as const;
  const epoch = '3-c-2-erased';
  const snoozed = [snooze('erased', '1-a'), snooze('kept', '2-b-erased')];
  const inbox = { version: 1, epoch, seen: 0, unread: [], archived: [], snoozed };
  const count = await countUnread({ epoch, read: { offset: 0, ids: [] }, inbox }, historyOf(0));
  expect(count).toEqual({ unread: 1, unseen: 1, more: false });
});
