import { idOfPublication, type LinkedNotification } from '@tocsin/contracts';
import { present, sizeOf } from '../../feed/present.ts';
import type { FeedView } from '../views/feed-view.ts';

/** Publications to read per batch. */
const CHUNK = 50;
const MAX_BYTES = 8 * 1024 * 1024;

/**
 * Finds the newest publication with this id in a feed's history. Only searches the newest 8 MiB of publications.
 * Returns `undefined` if the id isn't among them.
 */
export async function findPublication(
  view: Pick<FeedView, 'feed' | 'knownPosition' | 'floor' | 'readRange'>,
  id: string,
  now: () => number,
): Promise<LinkedNotification | undefined> {
  const { epoch, offset } = await view.knownPosition();
  const floor = await view.floor();
  let bytes = 0;
  for (let last = offset; last >= floor && bytes <= MAX_BYTES; last -= CHUNK) {
    const part = await view.readRange(Math.max(floor, last - CHUNK + 1), last, epoch);
    const found = part.findLast((publication) => idOfPublication(publication) === id);
    if (found) return { feed: view.feed, epoch, publication: present(found, now()) };
    bytes += part.reduce((sum, publication) => sum + sizeOf(publication), 0);
  }
  return undefined;
}
