import { sha256 } from './ids.ts';

/** The id of an event on the topic `notification-receipts`. Retries with the same key have the same id. */
export const receiptEventId = (key: readonly unknown[]): string => sha256(JSON.stringify(key)).slice(0, 32);

/** The members common to all events on the topic. `at` is in ms since 1970. */
export const receiptEnvelope = (id: string, at: number) => ({
  specversion: '1.0' as const,
  id,
  source: '/tocsin' as const,
  time: new Date(at).toISOString(),
  datacontenttype: 'application/json' as const,
});
