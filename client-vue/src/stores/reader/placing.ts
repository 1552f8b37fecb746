import { placesIn, type InboxState, type Placed, type Position } from '@tocsin/contracts';
import type { Item } from '../feeds/feed-log.ts';
import type { ReadMark } from './read-mark.ts';

export interface FeedMarks {
  read: ReadMark | undefined;
  inbox: InboxState | undefined;
  /** The last position in the feed that this page has shown. The server might not have confirmed it yet. */
  seen: Position | undefined;
}

const READ: Placed = { place: 'inbox', unread: false, unseen: false };
const NO_MARKS = { version: 0, seen: 0, unread: [], archived: [], snoozed: [] };

/** Raises the server's seen mark to the position that this page has shown. */
function withSeen(inbox: InboxState | undefined, seen: Position | undefined): InboxState | undefined {
  if (!seen || (inbox && inbox.epoch !== seen.epoch && inbox.epoch !== '-')) return inbox;
  const before = inbox ?? NO_MARKS;
  return { ...before, epoch: seen.epoch, seen: Math.max(before.seen, seen.offset) };
}

/**
 * Returns a function that places a feed's items by the reader's marks. Until a read mark is known, items count as read,
 * with two exceptions: items that were marked as unread, and items that were snoozed and haven't been marked as read
 * since then. If an item and the read mark have different epochs, the item is unread if it is newer than the mark.
 */
export function placerFor({ read, inbox, seen }: FeedMarks): (item: Item) => Placed {
  const marks = withSeen(inbox, seen);
  const placersByMark = new Map<string, ReturnType<typeof placesIn>>();
  return (item) => {
    if (!read && !marks) return READ;
    const readOffset = readOffsetFor(item, read);
    const key = `${readOffset} ${item.epoch}`;
    let place = placersByMark.get(key);
    if (!place) {
      place = placesIn({
        epoch: item.epoch,
        read: { offset: readOffset, ids: [...(read?.ids ?? [])] },
        inbox: marks,
      });
      placersByMark.set(key, place);
    }
    return place(item);
  };
}

/** Returns the offset up to which notifications in the item's epoch count as read. */
function readOffsetFor({ epoch, time }: Item, read: ReadMark | undefined): number {
  if (!read) return Infinity;
  if (read.epoch === epoch) return read.offset;
  return time > read.at ? 0 : Infinity;
}
