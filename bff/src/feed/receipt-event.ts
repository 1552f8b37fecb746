import { sha256 } from './ids.ts';

/**
 * Returns an event id for the `notification-receipts` topic. The same key always gives the same id, so retries can be
 * deduplicated.
 */
export const receiptEventId = (key: readonly unknown[]): string => sha256(JSON.stringify(key)).slice(0, 32);

/** Members shared by all events on the topic. `at` is in ms since 1970. */
export const receiptEnvelope = (id: string, at: number) => ({
  specversion: '1.0' as const,
  id,
  source: '/tocsin' as const,
  time: new Date(at).toISOString(),
  datacontenttype: 'application/json' as const,
});
