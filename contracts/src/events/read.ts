import { isCount, isText, listOf } from './schema.ts';
import { serverEvent, type PayloadOf } from './server-event.ts';

/** The reader's read state in a feed. Sent after a change in any tab or on any device. */
export const readEvent = serverEvent('read', 'reader', {
  feed: isText,
  epoch: isText,
  offset: isCount,
  ids: listOf(isText),
});
export type ReadEvent = PayloadOf<typeof readEvent>;
