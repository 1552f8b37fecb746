import type { Head, IdsReference, SegmentReference } from '@tocsin/contracts';
import { expect, it } from 'vitest';
import { DEFAULT_FEED_LIMITS as limits } from '../../feed/limits.ts';
import { findInFeed } from './find-in-feed.ts';

const NOW = 1_800_000_000_000;

/** Returns a log that has the feed's head, but none of its documents. */
const withoutDocuments = (head: Partial<Head>) => ({
  readHead: async () => ({
    head: {
      ...{ v: 1 as const, epoch: '0-4k2j9x', version: 1, offset: 1 },
      ...{ segments: [], ids: [], producers: {}, unconfirmed: [] },
      ...head,
    },
    etag: 1,
  }),
  readDocuments: async (keys: readonly string[]) => keys.map(() => undefined),
});
const segment = (at: number): SegmentReference => ({ key: 'segment:a', first: 1, last: 1, bytes: 100, at });
const notification = { id: 'old', feed: 'topic:idle' };

it('should skip documents that have expired since the last commit', async () => {
  const at = NOW - limits.historyTtlMs - limits.entryLifeMs;
  const expired: IdsReference[] = [{ key: 'ids:a', count: 1, at }];
  const log = withoutDocuments({ segments: [segment(at)], ids: expired, retractions: expired });
  expect(await findInFeed(log, notification, limits, NOW)).toEqual({ found: [], isComplete: true });
});

it('should report a lost document', async () => {
  const log = withoutDocuments({ segments: [segment(NOW)] });
  await expect(findInFeed(log, notification, limits, NOW)).rejects.toThrow('segment:a');
});
