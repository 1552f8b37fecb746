import { parseDateTime, type LivePublication, type Notification } from '@tocsin/contracts';

export interface Entry {
  readonly key: string;
  readonly feed: string;
  readonly epoch: string;
  readonly offset: number;
  readonly notification: Notification;
  /** Milliseconds since 1970, never lower than that of the entry before it in the feed. */
  readonly time: number;
  /** Something between this entry and the one before it cannot be shown. */
  readonly gapBefore: boolean;
}

export interface Arrival {
  epoch: string;
  publications: readonly LivePublication[];
  /** They follow a gap. */
  gapBefore?: boolean;
}

export const entryKey = (feed: string, id: string): string => `${feed}/${id}`;

/** Where an entry belongs: by offset within its epoch; an epoch that is not there yet is the newest. */
function placeOf(entries: readonly Entry[], epoch: string, offset: number): number {
  let last = -1;
  for (let index = entries.length - 1; index >= 0; index--) {
    const entry = entries[index];
    if (entry?.epoch !== epoch) {
      if (last >= 0) break;
      continue;
    }
    if (entry.offset < offset) return index + 1;
    last = index;
  }
  return last >= 0 ? last : entries.length;
}

/**
 * The entries of a feed, ascending, with the arrivals among them, whatever their order; ids that are there already
 * or that `skip` names are left out. `now` bounds the times, so that a clock that is wrong does not move its day.
 */
export function insert(
  entries: readonly Entry[],
  feed: string,
  { epoch, publications, gapBefore = false }: Arrival,
  skip: (id: string) => boolean,
  now: number,
): Entry[] {
  const known = new Set(entries.map(({ notification }) => notification.id));
  const result = [...entries];
  let gap = gapBefore && entries.length > 0;
  for (const { offset, notification } of publications) {
    if (known.has(notification.id) || skip(notification.id)) continue;
    known.add(notification.id);
    const time = Math.min(parseDateTime(notification.createdAt) ?? now, now);
    const key = entryKey(feed, notification.id);
    const at = placeOf(result, epoch, offset);
    result.splice(at, 0, { key, feed, epoch, offset, notification, time, gapBefore: gap });
    gap = false;
  }
  return ascendingTimes(publications.some(isKeyed) ? newestOfKey(result) : result);
}

const isKeyed = ({ notification }: { notification: Notification }): boolean =>
  notification.collapseKey !== undefined;

/** Of the entries with one collapse key only the newest stays. */
function newestOfKey(entries: readonly Entry[]): Entry[] {
  const newest = new Map(entries.filter(isKeyed).map((entry) => [entry.notification.collapseKey, entry]));
  return entries.filter((entry) => !isKeyed(entry) || newest.get(entry.notification.collapseKey) === entry);
}

function ascendingTimes(entries: Entry[]): Entry[] {
  let latest = 0;
  return entries.map((entry) => {
    latest = Math.max(latest, entry.time);
    return latest === entry.time ? entry : { ...entry, time: latest };
  });
}

/** The entries of all feeds, newest first; each feed keeps its own order. */
export function newestFirst(feeds: readonly (readonly Entry[])[]): Entry[] {
  const [only] = feeds;
  if (only && feeds.length === 1) return only.toReversed();
  return feeds
    .flat()
    .sort((a, b) => a.time - b.time)
    .reverse();
}
