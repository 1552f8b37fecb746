import { parseDateTime, type LivePublication, type Notification } from '@tocsin/contracts';

export interface Item {
  readonly key: string;
  readonly feed: string;
  readonly epoch: string;
  readonly offset: number;
  readonly notification: Notification;
  /** Milliseconds since 1970. Never earlier than the feed's previous item. */
  readonly time: number;
  /** Whether notifications are missing before this item. */
  readonly gapBefore: boolean;
}

export interface Arrival {
  epoch: string;
  publications: readonly LivePublication[];
  gapBefore?: boolean;
}

export const itemKey = (feed: string, id: string): string => `${feed}/${id}`;

/** Returns the index at which to insert an item: by offset within its epoch, or last if the epoch is new. */
function indexFor(items: readonly Item[], epoch: string, offset: number): number {
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
 * Inserts new publications into a feed's items in ascending order. Ignores known ids and ids for which `skip` returns
 * true. Caps times at `now` so that a wrong clock can't move an item to another day.
 */
export function insert(
  items: readonly Item[],
  feed: string,
  { epoch, publications, gapBefore = false }: Arrival,
  skip: (id: string) => boolean,
  now: number,
): Item[] {
  const knownIds = new Set(items.map(({ notification }) => notification.id));
  const result = [...items];
  let gap = gapBefore && items.length > 0;
  for (const { offset, notification } of publications) {
    if (knownIds.has(notification.id) || skip(notification.id)) continue;
    knownIds.add(notification.id);
    const time = Math.min(parseDateTime(notification.createdAt) ?? now, now);
    const key = itemKey(feed, notification.id);
    const at = indexFor(result, epoch, offset);
    result.splice(at, 0, { key, feed, epoch, offset, notification, time, gapBefore: gap });
    gap = false;
  }
  return ascendingTimes(publications.some(isKeyed) ? newestPerKey(result) : result);
}

const isKeyed = ({ notification }: { notification: Notification }): boolean =>
  notification.collapseKey !== undefined;

/** Keeps only the newest item with each collapse key. */
function newestPerKey(items: readonly Item[]): Item[] {
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

/** Merges all feeds' items, newest first. Preserves the order within each feed. */
export function newestFirst(feeds: readonly (readonly Item[])[]): Item[] {
  const [single] = feeds;
  if (single && feeds.length === 1) return single.toReversed();
  return feeds
    .flat()
    .sort((a, b) => a.time - b.time)
    .reverse();
}
