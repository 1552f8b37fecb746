import { isText, listOf } from './schema.ts';
import { serverEvent, type PayloadOf } from './server-event.ts';

/**
 * Ids of notifications that were just retracted. The `publications` event also has the retractions, sorted in feed
 * order.
 */
export const retractedEvent = serverEvent('retracted', 'feed', { feed: isText, ids: listOf(isText) });
export type RetractedEvent = PayloadOf<typeof retractedEvent>;
