import { isCount, isText } from './schema.ts';
import { serverEvent, type PayloadOf } from './server-event.ts';

/** The feed's head. Sent at least every 10 s to each subscribed connection. */
export const positionEvent = serverEvent('position', 'feed', {
  feed: isText,
  epoch: isText,
  offset: isCount,
});
export type PositionEvent = PayloadOf<typeof positionEvent>;
