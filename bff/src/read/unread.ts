import { idOfPublication, MAX_UNREAD, type ReadState } from '@tocsin/contracts';
import { CHUNK, type History } from './advance.ts';

/** So many of the newest publications are looked at for unread ones at most: the history that a feed keeps by default. */
const MOST_LOOKED_AT = 10_000;

/** How many publications of the history are shown and not read, counted from the newest up to `MAX_UNREAD`. */
export async function countUnread(
  { offset, ids }: ReadState,
  { head, floor, stretch }: Pick<History, 'head' | 'floor' | 'stretch'>,
): Promise<{ unread: number; more: boolean }> {
  const read = new Set(ids);
  const bottom = Math.max(floor, offset + 1, head - MOST_LOOKED_AT + 1, 1);
  let unread = 0;
  for (let last = head; last >= bottom; last -= CHUNK) {
    for (const publication of await stretch(Math.max(bottom, last - CHUNK + 1), last)) {
      if (publication.notification !== null && !read.has(idOfPublication(publication))) unread++;
    }
    if (unread > MAX_UNREAD) return { unread: MAX_UNREAD, more: true };
  }
  return { unread, more: false };
}
