import { inboxKey, readKey } from '@tocsin/contracts';
import { createLogger } from '@tocsin/service';
import { expect, it, vi } from 'vitest';
import { AWAY_TTL_SECONDS, awayKey, hashOfReader } from '../away/fallbacks/document.ts';
import { MemoryBroadcaster } from '../memory/broadcaster.ts';
import { MemoryReaderStore } from '../memory/reader-store.ts';
import { Histories } from '../readers/marks/histories.ts';
import type { ReaderStore } from '../readers/ports.ts';
import { createReaders } from './readers.ts';

const ADA = 'user:ada';
const DAY_MS = 24 * 60 * 60 * 1000;
/** A day of history plus a day of margin. */
const TWO_DAYS_S = 2 * 24 * 60 * 60;

/** Readers of feeds whose history has `n20` to `n30` and lasts a day. Time only advances when `pass` is called. */
function readersWith(hasChannels: boolean) {
  let time = Date.parse('2026-01-01T00:00:00Z');
  const now = () => time;
  const store: ReaderStore = new MemoryReaderStore();
  const [read, write] = [vi.spyOn(store, 'read'), vi.spyOn(store, 'write')];
  const position = async () => ({ epoch: '1-a', offset: 30 });
  const histories = new Histories({
    now,
    view: (feed) => ({
      ...{ knownPosition: position, currentPosition: position, compare: async () => undefined },
      floor: async () => 20,
      readRange: async (first, last) =>
        Array.from({ length: last - first + 1 }, (_, i) => ({
          offset: first + i,
          notification: {
            ...{ id: `n${first + i}`, feed, severity: 'info' as const, title: 'x' },
            createdAt: '2026-01-01T00:00:00Z',
          },
        })),
    }),
  });
  const readers = createReaders({
    ...{ histories, hasChannels, maxDocuments: 100, publishReceipt: undefined, now },
    backend: { readers: store, broadcaster: new MemoryBroadcaster() },
    limitsOf: () => ({ historyTtlMs: DAY_MS }) as never,
    log: createLogger('bff', 'silent'),
  });
  return {
    ...{ readers, store },
    pass: (ms: number) => (time += ms),
    ttlOf: (reader: string, feed: string) =>
      write.mock.calls.find(([key]) => key === readKey(reader, feed))?.[3],
    keysRead: () => read.mock.calls.map(([key]) => key),
  };
}

it('should keep read state as long as fallbacks in a user feed, and as long as the history in other feeds', async () => {
  const { readers, ttlOf } = readersWith(true);
  for (const [reader, feed] of [
    [ADA, ADA],
    [ADA, 'all'],
    ['user:ben', ADA],
  ] as const)
    await readers.markRead(reader, { feed, ids: ['n25'] }, reader);
  expect(ttlOf(ADA, ADA)).toBe(AWAY_TTL_SECONDS);
  expect([ttlOf(ADA, 'all'), ttlOf('user:ben', ADA)]).toEqual([TWO_DAYS_S, TWO_DAYS_S]);
  const withoutChannels = readersWith(false);
  await withoutChannels.readers.markRead(ADA, { feed: ADA, ids: ['n25'] }, ADA);
  expect(withoutChannels.ttlOf(ADA, ADA)).toBe(TWO_DAYS_S);
});

it.each([true, false])(
  "should keep inbox marks in a reader's own feed longer than the history only if there are channels: %s",
  async (hasChannels) => {
    const { readers, pass, store } = readersWith(hasChannels);
    const who = { reader: ADA, owner: ADA };
    await readers.inboxes.archive(who, { feed: ADA, ids: ['n25'] });
    await readers.inboxes.archive(who, { feed: 'topic:a', ids: ['n25'] });
    pass(10 * DAY_MS);
    await readers.inboxes.archive(who, { feed: 'all', ids: ['n25'] });
    const { value } = (await store.read(inboxKey(ADA))) ?? { value: { feeds: {} } };
    expect(Object.keys((value as { feeds: object }).feeds).sort()).toEqual(
      hasChannels ? ['all', ADA] : ['all'],
    );
  },
);

it.each([true, false])(
  'should only read fallbacks for marks outside the history if there are channels: %s',
  async (hasChannels) => {
    const { readers, keysRead } = readersWith(hasChannels);
    await readers.markRead(ADA, { feed: ADA, ids: ['n3'] }, ADA);
    await readers.inboxes.archive({ reader: ADA, owner: ADA }, { feed: ADA, ids: ['n3'] });
    expect(keysRead().includes(awayKey(hashOfReader(ADA)))).toBe(hasChannels);
  },
);
