import {
  idOfPublication,
  MAX_READ_BYTES,
  MAX_READ_IDS,
  type Position,
  type Publication,
  type ReadState,
} from '@tocsin/contracts';
import { wasErasedSince } from '../../feed/position.ts';
import { bottomOf, type FindAgedOut } from './aged-out.ts';

/** A feed's history. Publications below `floor` have left it. */
export interface History {
  head: number;
  floor: number;
  /** Publications `first` to `last`, as readers can see them now. Rejects if the feed is in another epoch. */
  readRange: (first: number, last: number) => Promise<readonly Publication[]>;
  /**
   * The ids of publications `first` to `last` in this epoch. Rejects if they aren't cached and the feed is in another
   * epoch.
   */
  ids: (first: number, last: number) => Promise<readonly string[]>;
}

/**
 * A state with too many ids is reduced to this fraction of the limits, so that the next id doesn't exceed them again.
 */
const KEPT_FRACTION = 0.9;
/** Publications are read in aligned chunks of this size. */
export const CHUNK = 200;

/**
 * Adds `marked` to the read state `before` and returns the new read state. The offset never goes back. It advances over
 * adjacent read ids and removed publications. Drops ids outside the history: they never existed, or are no longer
 * shown. Keeps those that `findAgedOut` returns if there is room. If the state is too large, merges the oldest ids into
 * the offset, so all publications before them count as read.
 */
export async function advance(
  before: ReadState,
  marked: ReadState,
  history: History,
  findAgedOut: FindAgedOut = async () => [],
): Promise<ReadState> {
  const allIds = new Set([...before.ids, ...marked.ids]);
  const reached = Math.max(before.offset, Math.min(marked.offset, history.head));
  const offsetById = await locate(allIds, history);
  const agedOut = new Map(
    offsetById.size < allIds.size ? (await findAgedOut()).map(({ id, offset }) => [id, offset]) : [],
  );
  const ids = new Set([...allIds].filter((id) => (offsetById.get(id) ?? agedOut.get(id) ?? 0) > reached));
  const offset = await fold(reached, ids, history, findAgedOut);
  if (!isTooLarge(ids)) return { offset, ids: [...ids] };
  const shown = new Set([...ids].filter((id) => offsetById.has(id)));
  if (isTooLarge(shown)) return mergeOldest(offset, shown, offsetById);
  // Drop these ids instead of merging them into the offset. Dropping an id can cause a needless fallback, but merging
  // it could cancel the fallbacks of unread notifications.
  const oldest = [...agedOut].filter(([id]) => ids.has(id) && !shown.has(id)).sort(([, a], [, b]) => a - b);
  for (const [id] of oldest) {
    ids.delete(id);
    if (!isTooLarge(ids)) break;
  }
  return { offset, ids: [...ids] };
}

/**
 * Whether the publication is gone: its feed has been erased since, or the history shows that it was retracted or
 * replaced, or has expired. `history` belongs to `current`, the feed's current epoch.
 */
export async function isGone(
  { epoch, offset }: Position,
  current: string,
  { head, floor, readRange }: Pick<History, 'head' | 'floor' | 'readRange'>,
): Promise<boolean> {
  if (epoch !== current) return wasErasedSince(epoch, current);
  if (offset < floor || offset > head) return false;
  const [published] = await readRange(offset, offset);
  return published?.notification === null;
}

/** Finds the offsets of ids among the newest publications. */
export async function locate(
  ids: ReadonlySet<string>,
  { head, floor, ids: idsOf }: Pick<History, 'head' | 'floor' | 'ids'>,
): Promise<Map<string, number>> {
  const missing = new Set(ids);
  const offsetById = new Map<string, number>();
  const bottom = bottomOf({ head, floor });
  for (let last = head; missing.size > 0 && last >= bottom;) {
    const first = Math.max(bottom, last - ((last - 1) % CHUNK));
    const idsInRange = await idsOf(first, last);
    idsInRange.forEach((id, index) => {
      if (missing.delete(id)) offsetById.set(id, first + index);
    });
    last = first - 1;
  }
  return offsetById;
}

/**
 * Advances the offset over adjacent read or removed publications and removes them from `ids`. Skips publications that
 * have left the history, unless an unread publication among them has a waiting fallback.
 */
async function fold(
  from: number,
  ids: Set<string>,
  { head, floor, readRange }: History,
  findAgedOut: FindAgedOut,
): Promise<number> {
  let offset = from;
  while (ids.size > 0 && offset < head) {
    const first = Math.max(offset + 1, floor);
    if (first > head) return offset;
    const part = await readRange(first, Math.min(head, first + CHUNK - 1));
    if (part.length === 0) return offset;
    for (const publication of part) {
      const isRead = ids.has(idOfPublication(publication)) || publication.notification === null;
      if (
        isRead &&
        publication.offset > offset + 1 &&
        (await hasUnread(findAgedOut, ids, offset, publication.offset))
      )
        return offset;
      if (!ids.delete(idOfPublication(publication)) && publication.notification !== null) return offset;
      offset = publication.offset;
    }
  }
  return offset;
}

/** Whether an unread notification between these offsets has left the history and has a waiting fallback. */
const hasUnread = async (
  findAgedOut: FindAgedOut,
  ids: ReadonlySet<string>,
  after: number,
  before: number,
): Promise<boolean> =>
  (await findAgedOut()).some(({ id, offset }) => offset > after && offset < before && !ids.has(id));

/** Keeps the newest ids. All publications before them count as read. */
function mergeOldest(
  from: number,
  ids: ReadonlySet<string>,
  offsetById: ReadonlyMap<string, number>,
): ReadState {
  const newest = [...ids].map((id) => [id, offsetById.get(id) ?? 0] as const).sort(([, a], [, b]) => b - a);
  let bytes = 0;
  const firstExcess = newest.findIndex(([id], index) => {
    bytes += bytesInList(id);
    return index >= KEPT_FRACTION * MAX_READ_IDS || bytes > KEPT_FRACTION * MAX_READ_BYTES;
  });
  const kept = newest.slice(0, firstExcess < 0 ? newest.length : firstExcess).reverse();
  const offset = Math.max(from, (kept[0]?.[1] ?? 1) - 1);
  return { offset, ids: kept.map(([id]) => id) };
}

function isTooLarge(ids: ReadonlySet<string>): boolean {
  let bytes = 0;
  for (const id of ids) bytes += bytesInList(id);
  return ids.size > MAX_READ_IDS || bytes > MAX_READ_BYTES;
}

/** Returns an id's size in bytes in a JSON list. Ids are ASCII. The quotes and comma add three bytes. */
const bytesInList = (id: string): number => id.length + 3;
