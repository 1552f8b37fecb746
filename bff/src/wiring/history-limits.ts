import { ENTRY_LIFE_MS } from '@tocsin/contracts';
import type { BffConfig } from '../config.ts';
import type { FeedLimits, LimitsOf } from '../feed/limits.ts';

const USER_FEED_PREFIX = 'user:';

type HistorySettings = Pick<
  BffConfig,
  'HISTORY_MAX' | 'HISTORY_BYTES' | 'HISTORY_TTL' | 'IDS_MAX' | 'USER_HISTORY_TTL' | 'USER_HISTORY_BYTES'
>;

/**
 * Returns a function that looks up a feed's limits. By default, user feeds keep publications longer than other feeds
 * but hold fewer bytes.
 */
export function createLimitsOf(config: HistorySettings): LimitsOf {
  const otherLimits: FeedLimits = {
    historyMax: config.HISTORY_MAX,
    historyBytes: config.HISTORY_BYTES,
    historyTtlMs: config.HISTORY_TTL * 1000,
    unmarkedLifeMs: config.HISTORY_TTL * 1000,
    idsMax: config.IDS_MAX,
    entryLifeMs: ENTRY_LIFE_MS,
  };
  const userFeedLimits: FeedLimits = {
    ...otherLimits,
    historyBytes: config.USER_HISTORY_BYTES,
    historyTtlMs: config.USER_HISTORY_TTL * 1000,
  };
  return (feed) => (feed.startsWith(USER_FEED_PREFIX) ? userFeedLimits : otherLimits);
}
