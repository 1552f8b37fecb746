import { parseDateTime, type LivePublication, type Notification } from '@tocsin/contracts';

export interface Item {
  readonly key: string;
  readonly feed: string;
  readonly epoch: string;
  readonly offset: number;
  readonly notification: Notification;
  /** Milliseconds since 1970, never before that of the previous item in the feed. */
  readonly time: number;
  /** Some notifications between the previous item and this one cannot be shown. */
  readonly gapBefore: boolean;
}

export interface Arrival {
  epoch: string;
  publications: readonly LivePublication[];
  /** They follow a gap. */
  gapBefore?: boolean;
}

export const itemKey = (feed: string, id: string): string => `${feed}/${id}`;

/** The index for an item: by offset within its epoch. An unknown epoch is the newest. */
function placeOf(items: readonly Item[], epoch: string, offset: number): number {
  let last = -1;
  for (let index = items.length - 1; index >= 0; index--) {
    const item = items[index];
    if (item?.epoch !== epoch) {
      if (last >= 0) break;
      continue;
    }
    if (item.offset < offset) return index + 1;
    last = index;
  }
  return last >= 0 ? last : items.length;
}

/**
 * Inserts arrivals into the items of a feed, in ascending order. Ignores known ids and ids for which `skip` is true. No
 * item gets a time after `now`, so that a wrong clock does not move it to another day.
 */
export function insert(
  items: readonly Item[],
  feed: string,
  { epoch, publications, gapBefore = false }: Arrival,
  skip: (id: string) => boolean,
  now: number,
): Item[] {
  const known = new Set(items.map(({ notification }) => notification.id));
  const result = [...items];
  let gap = gapBefore && items.length > 0;
  for (const { offset, notification } of publications) {
    if (known.has(notification.id) || skip(notification.id)) continue;
    known.add(notification.id);
    const time = Math.min(parseDateTime(notification.createdAt) ?? now, now);
    const key = itemKey(feed, notification.id);
    const at = placeOf(result, epoch, offset);
    result.splice(at, 0, { key, feed, epoch, offset, notification, time, gapBefore: gap });
    gap = false;
  }
  return ascendingTimes(publications.some(isKeyed) ? newestOfKey(result) : result);
}

const isKeyed = ({ notification }: { notification: Notification }): boolean =>
  notification.collapseKey !== undefined;

/** Keeps only the newest item with each collapse key. */
function newestOfKey(items: readonly Item[]): Item[] {
  const newest = new Map(items.filter(isKeyed).map((item) => [item.notification.collapseKey, item]));
  return items.filter((item) => !isKeyed(item) || newest.get(item.notification.collapseKey) === item);
}

function ascendingTimes(items: Item[]): Item[] {
  let latest = 0;
  return items.map((item) => {
    latest = Math.max(latest, item.time);
    return latest === item.time ? item : { ...item, time: latest };
  });
}

/** Merges the items of all feeds, newest first. Keeps the order of each feed. */
export function newestFirst(feeds: readonly (readonly Item[])[]): Item[] {
  const [only] = feeds;
  if (only && feeds.length === 1) return only.toReversed();
  return feeds
    .flat()
    .sort((a, b) => a.time - b.time)
    .reverse();
}
