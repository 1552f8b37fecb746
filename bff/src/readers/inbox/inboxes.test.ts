import { inboxKey } from '@tocsin/contracts';
import { expect, it } from 'vitest';
import { MemoryBroadcaster } from '../../memory/broadcaster.ts';
import { MemoryReaderStore } from '../../memory/reader-store.ts';
import { Histories } from '../marks/histories.ts';
import { Inboxes } from './inboxes.ts';

const ADA = { reader: 'user:ada', owner: 'user:ada' };
const place = async () => ({ epoch: '1-a', offset: 9 });

it('a read mark should remove an unread mark even before the instance learns of the new inbox', async () => {
  const store = new MemoryReaderStore();
  const notification = { id: 'a', feed: 'all', severity: 'info', title: 'a' } as const;
  const histories = new Histories({
    now: () => 1,
    view: () => ({
      ...{ knownPosition: place, currentPosition: place, compare: async () => undefined },
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
      ...{ historyMsOf: () => 60_000, now: () => 1 },
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
