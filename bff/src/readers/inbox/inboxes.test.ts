import { inboxKey } from '@tocsin/contracts';
import { afterEach, expect, it, vi } from 'vitest';
import { READER } from '../../../testing/away/deployment.ts';
import { movingFeed, type MovingFeed } from '../../../testing/away/moving-feed.ts';
import { MemoryBroadcaster } from '../../memory/broadcaster.ts';
import { MemoryReaderStore } from '../../memory/reader-store.ts';
import { Histories } from '../marks/histories.ts';
import { search } from '../search/search.ts';
import { Inboxes } from './inboxes.ts';

afterEach(() => void vi.useRealTimers());

const ADA = { reader: 'user:ada', owner: 'user:ada' };
const position = async () => ({ epoch: '1-a', offset: 9 });

it('a read mark should remove an unread mark even before the instance learns of the new inbox', async () => {
  const store = new MemoryReaderStore();
  const notification = { id: 'a', feed: 'all', severity: 'info', title: 'a' } as const;
  const histories = new Histories({
    now: () => 1,
    view: () => ({
      ...{ knownPosition: position, currentPosition: position, compare: async () => undefined },
      floor: async () => 1,
      readRange: async () => [
        { offset: 1, notification: { ...notification, createdAt: '2026-01-01T00:00:00Z' } },
      ],
    }),
  });
  const ledger = { admit: async () => undefined };
  // Each instance has a separate channel, so the instances don't see each other's changes.
  const create = () =>
    new Inboxes({
      ...{ store, channel: new MemoryBroadcaster(), ledger, histories },
      ...{ marksMsOf: () => 60_000, now: () => 1 },
    });
  const [one, other] = [create(), create()];
  expect(await one.stored(ADA.reader)).toBeUndefined();
  await other.unread(ADA, { feed: 'all', ids: ['a'] });
  expect((await store.read(inboxKey(ADA.reader)))?.value).toMatchObject({
    feeds: { all: { unread: [[1, 1]] } },
  });
  await one.read(ADA, { feed: 'all', ids: ['a'] });
  expect((await store.read(inboxKey(ADA.reader)))?.value).not.toMatchObject({
    feeds: { all: { unread: [[1, 1]] } },
  });
});

/** Searches for notifications in this state. Returns their ids. */
async function found(w: MovingFeed, state: 'inbox' | 'archive' | 'returned'): Promise<string[]> {
  const options = { ...w, now: () => Date.now(), yieldToEventLoop: async () => undefined };
  const { items } = await search(READER, { feeds: [READER], state, q: '', limit: 100 }, options);
  return items.map(({ notification }) => notification.id);
}

it('should keep the only copy when a snooze is ended early, even if the request is repeated', async () => {
  vi.useFakeTimers({ now: new Date('2026-01-01T10:00:00Z') });
  const w = await movingFeed();
  await w.snooze('n3', 'n4');
  await w.archive({ ids: ['n4'] });
  w.advanceHistory();
  await w.unsnooze('n3', 'n4');
  const after = await w.inboxes.readFresh(READER);
  vi.setSystemTime(new Date('2026-01-01T11:00:00Z'));
  await w.unsnooze('n3', 'n4');
  expect(await w.inboxes.readFresh(READER)).toEqual(after);
  expect(await found(w, 'returned')).toEqual(['n3']);
  expect(await found(w, 'inbox')).toContain('n3');
  expect(await found(w, 'archive')).toEqual(['n4']);
  const [ended] = await w.inboxes.endedBetween(READER, 0, Date.now());
  expect(ended, 'the reader has just seen it').toMatchObject({ notification: { id: 'n3' }, seen: true });
});

it('should remove an ended snooze if the history still has the notification', async () => {
  vi.useFakeTimers({ now: new Date('2026-01-01T10:00:00Z') });
  const w = await movingFeed();
  await w.snooze('n3');
  await w.unsnooze('n3');
  expect((await w.inboxes.readFresh(READER))?.snoozed).toEqual([]);
  expect(await found(w, 'inbox')).toContain('n3');
});

it('should hide a snoozed notification from before an erasure, but show one from before a data loss', async () => {
  vi.useFakeTimers({ now: new Date('2026-01-01T10:00:00Z') });
  const w = await movingFeed();
  await w.snooze('n3');
  vi.setSystemTime(new Date('2026-03-01T10:00:00Z'));
  const [ended = expect.fail('no snooze has ended')] = await w.inboxes.endedBetween(READER, 0, Date.now());
  w.startNewEpoch();
  expect(await found(w, 'returned')).toEqual(['n3']);
  expect(await w.inboxes.isShown(ended)).toBe(true);
  w.feed.epoch = '3-c-erased';
  expect(await found(w, 'returned')).toEqual([]);
  expect(await w.inboxes.isShown(ended)).toBe(false);
});
