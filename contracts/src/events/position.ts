import { isCount, isText } from './schema.ts';
import { serverEvent, type PayloadOf } from './server-event.ts';

/** The feed's head, sent at least every 10 s to each connection that is subscribed to the feed. */
export const positionEvent = serverEvent('position', 'feed', {
  feed: isText,
  epoch: isText,
  offset: isCount,
});
export type PositionEvent = PayloadOf<typeof positionEvent>;
