import { sha256 } from './ids.ts';

/** The id of an event of the topic `notification-receipts`: the same for each repetition with the same key. */
export const receiptEventId = (key: readonly unknown[]): string => sha256(JSON.stringify(key)).slice(0, 32);

/** The members that all events of the topic have. `at` is in ms since 1970. */
export const receiptEnvelope = (id: string, at: number) => ({
  specversion: '1.0' as const,
  id,
  source: '/tocsin' as const,
  time: new Date(at).toISOString(),
  datacontenttype: 'application/json' as const,
});
