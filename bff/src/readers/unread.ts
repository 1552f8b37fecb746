import { idOfPublication, MAX_UNREAD, type ReadState } from '@tocsin/contracts';
import { CHUNK, type History } from './advance.ts';

/** The number of publications to check, newest first. Removed ones count too, so that a call stays cheap. */
const MOST_LOOKED_AT = 2 * MAX_UNREAD;

/** How many publications of the history are shown and not read, counted from the newest up to `MAX_UNREAD`; `more`: there may be others. */
export async function countUnread(
  { offset, ids }: ReadState,
  { head, floor, stretch }: Pick<History, 'head' | 'floor' | 'stretch'>,
): Promise<{ unread: number; more: boolean }> {
  const read = new Set(ids);
  const last = Math.max(floor, offset + 1, 1);
  const bottom = Math.max(last, head - MOST_LOOKED_AT + 1);
  let unread = 0;
  for (let end = head; end >= bottom; end -= CHUNK) {
    for (const publication of await stretch(Math.max(bottom, end - CHUNK + 1), end)) {
      if (publication.notification !== null && !read.has(idOfPublication(publication))) unread++;
    }
    if (unread > MAX_UNREAD) return { unread: MAX_UNREAD, more: true };
  }
  return { unread, more: bottom > last };
}
