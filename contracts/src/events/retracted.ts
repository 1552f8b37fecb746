import { isText, listOf } from './schema.ts';
import { serverEvent, type PayloadOf } from './server-event.ts';

/**
 * The ids of notifications that were just retracted. The retractions also arrive in the `publications` event, in feed
 * order.
 */
export const retractedEvent = serverEvent('retracted', 'feed', { feed: isText, ids: listOf(isText) });
export type RetractedEvent = PayloadOf<typeof retractedEvent>;
