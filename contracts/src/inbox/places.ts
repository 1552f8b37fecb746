import type { ReadState } from '../reader/read.ts';
import { inRanges, type Ranges } from './ranges.ts';

/**
 * A snoozed notification. Once its time has come (`due`) it is back in the inbox, unread, until the reader marks it as
 * read or archives it. The mark decides for its notification, whatever else the inbox says of its offset.
 */
export interface SnoozeMark {
  id: string;
  epoch: string;
  offset: number;
  /** RFC 3339. */
  until: string;
  due?: true;
  read?: true;
  seen?: true;
  archived?: true;
}

/** The marks of one reader in one feed. Those by offset count in `epoch` only. */
export interface InboxState {
  /** Grows with each change of the reader's inbox, in whichever feed. */
  version: number;
  epoch: string;
  /** The reader has seen everything up to this offset. */
  seen: number;
  /** Marked as unread again, although read. */
  unread: Ranges;
  archived: Ranges;
  snoozed: readonly SnoozeMark[];
}

export const PLACES = ['inbox', 'archive', 'snoozed'] as const;
export type Place = (typeof PLACES)[number];

/** Where a reader has put a notification, and whether it still waits to be read and to be seen. */
export interface Placed {
  place: Place;
  unread: boolean;
  /** Unread, in the inbox, and not seen yet: counted by the bell. */
  unseen: boolean;
  /** RFC 3339: until when it is snoozed. */
  until?: string;
  /** RFC 3339: when it came back from a snooze. */
  returnedAt?: string;
}

export interface Marks {
  /** The epoch of the publications that are asked about. */
  epoch: string;
  read?: ReadState | undefined;
  inbox?: InboxState | undefined;
}

/** A function that places the publications of one feed by the reader's marks. It does no I/O and reads no clock. */
export function placesIn({
  epoch,
  read,
  inbox,
}: Marks): (publication: { offset: number; notification: { id: string } }) => Placed {
  const readIds = new Set(read?.ids);
  const readTo = read?.offset ?? 0;
  const snoozed = new Map(inbox?.snoozed.map((mark) => [mark.id, mark]));
  const counts = inbox?.epoch === epoch ? inbox : undefined;
  const seenTo = Math.max(counts?.seen ?? 0, readTo);

  return ({ offset, notification: { id } }) => {
    const mark = snoozed.get(id);
    if (mark) return placeOfMark(mark);
    const isRead = offset <= readTo || readIds.has(id);
    const unread = !isRead || inRanges(counts?.unread ?? [], offset);
    const place = inRanges(counts?.archived ?? [], offset) ? 'archive' : 'inbox';
    return { place, unread, unseen: place === 'inbox' && unread && offset > seenTo };
  };
}

function placeOfMark({ until, due, read, seen, archived }: SnoozeMark): Placed {
  const unread = !read;
  if (archived) return { place: 'archive', unread, unseen: false };
  if (!due) return { place: 'snoozed', unread, unseen: false, until };
  return { place: 'inbox', unread, unseen: unread && !seen, returnedAt: until };
}
