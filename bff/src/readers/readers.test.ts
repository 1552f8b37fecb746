import { expect, it, vi } from 'vitest';
import { AWAY_TTL_SECONDS } from '../away/fallbacks/document.ts';
import { DEFAULT_FEED_LIMITS } from '../feed/limits.ts';
import { MemoryBroadcaster } from '../memory/broadcaster.ts';
import { MemoryReaderStore } from '../memory/reader-store.ts';
import { Histories } from './marks/histories.ts';
import type { KeepMarks } from './marks/leaving-marks.ts';
import type { ReaderStore } from './ports.ts';
import { createReaders } from '../wiring/readers.ts';

const DAY_SECONDS = 24 * 60 * 60;

/** How long the read states of two feeds live, in seconds. The feeds keep publications for a day. */
async function livesOf(keepMarks: KeepMarks | undefined) {
  const store: ReaderStore = new MemoryReaderStore();
  const write = vi.spyOn(store, 'write');
  const position = { epoch: '1-a', offset: 9 };
  const readers = createReaders({
    backend: { readers: store, broadcaster: new MemoryBroadcaster() },
    histories: new Histories({
      now: Date.now,
      view: () => ({
        knownPosition: async () => position,
        currentPosition: async () => position,
        compare: async () => undefined,
        floor: async () => 1,
        stretch: async () => [],
      }),
    }),
    limitsOf: () => DEFAULT_FEED_LIMITS,
    ...{ maxDocuments: 9, publishReceipt: undefined, keepMarks, now: Date.now },
    log: { warn: vi.fn() } as never,
  });
  for (const feed of ['user:ada', 'all']) await readers.markRead('user:ada', { feed, offset: 3 }, 'user:ada');
  await readers.counter.stop();
  const livesOfReads = write.mock.calls.filter(([key]) => key.startsWith('read:'));
  return livesOfReads.map(([, , , ttlSeconds]) => ttlSeconds);
}

it('should keep read marks in user feeds as long as fallbacks may wait, if there are channels', async () => {
  expect(await livesOf(async () => undefined)).toEqual([AWAY_TTL_SECONDS, 2 * DAY_SECONDS]);
  expect(await livesOf(undefined)).toEqual([2 * DAY_SECONDS, 2 * DAY_SECONDS]);
});
