import type { Publication } from '../feed/publication.ts';
import { isCount, isObject, isText, listOf } from './schema.ts';
import { serverEvent, type PayloadOf } from './server-event.ts';

const isPublication = (value: unknown): value is Publication => {
  if (!isObject(value) || !isCount(value['offset'])) return false;
  const { notification } = value;
  if (notification === null) return isText(value['id']) && isText(value['gone']);
  return isObject(notification) && isText(notification['id']) && isText(notification['title']);
};

/** New publications in a feed. Offsets increase by 1 within an event. */
export const publicationsEvent = serverEvent('publications', 'feed', {
  feed: isText,
  epoch: isText,
  publications: listOf(isPublication),
});
export type PublicationsEvent = PayloadOf<typeof publicationsEvent>;
