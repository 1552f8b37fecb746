import type { ReadState } from '../reader/read.ts';
import { inRanges, type Ranges } from './ranges.ts';

/**
 * A snoozed notification. When the snooze has ended (`due`), the notification is back in the inbox until the reader
 * archives it. It is unread until the reader marks it as read. The snooze mark overrides all other marks of the
 * notification.
 */
export interface SnoozeMark {
  id: string;
  epoch: string;
  offset: number;
  /** When the snooze ends (RFC 3339). */
  until: string;
  due?: true;
  read?: true;
  seen?: true;
  archived?: true;
}

/** A reader's marks in a feed. Marks by offset are valid only in `epoch`. */
export interface InboxState {
  /** Increases with each change to the reader's inbox in any feed. */
  version: number;
  epoch: string;
  /** The reader has seen all publications up to this offset. */
  seen: number;
  /** Publications that the reader has marked as unread after reading. */
  unread: Ranges;
  archived: Ranges;
  snoozed: readonly SnoozeMark[];
}

/**
 * Whether `state` is older than `known`. The version doesn't change when a snooze ends. If the versions are equal, the
 * state in which the snooze is still running is the older one.
 */
export function isOlderState(state: InboxState, known: InboxState): boolean {
  if (state.version !== known.version) return state.version < known.version;
  const waiting = new Set(state.snoozed.flatMap(({ id, due }) => (due ? [] : [id])));
  return known.snoozed.some(({ id, due }) => due === true && waiting.has(id));
}

export const PLACES = ['inbox', 'archive', 'snoozed'] as const;
export type Place = (typeof PLACES)[number];

/** A notification's place in the reader's inbox, and whether it is unread or unseen. */
export interface Placed {
  place: Place;
  unread: boolean;
  /** Whether the notification is in the inbox, unread and not seen yet. The bell counts these. */
  unseen: boolean;
  /** When the snooze ends (RFC 3339). */
  until?: string;
  /** When the notification returned from a snooze (RFC 3339). */
  returnedAt?: string;
}

export interface Marks {
  /** The epoch of the given publications. */
  epoch: string;
  read?: ReadState | undefined;
  inbox?: InboxState | undefined;
}

/**
 * Returns a function that places a feed's publications by the reader's marks. It does no I/O and doesn't read the
 * clock.
 */
export function placesIn({
  epoch,
  read,
  inbox,
}: Marks): (publication: { offset: number; notification: { id: string } }) => Placed {
  const readIds = new Set(read?.ids);
  const readTo = read?.offset ?? 0;
  const snoozed = new Map(inbox?.snoozed.map((mark) => [mark.id, mark]));
  const inboxInEpoch = inbox?.epoch === epoch ? inbox : undefined;
  const seenTo = Math.max(inboxInEpoch?.seen ?? 0, readTo);

  return ({ offset, notification: { id } }) => {
    const mark = snoozed.get(id);
    if (mark) return placeOfMark(mark);
    const isRead = offset <= readTo || readIds.has(id);
    const unread = !isRead || inRanges(inboxInEpoch?.unread ?? [], offset);
    const place = inRanges(inboxInEpoch?.archived ?? [], offset) ? 'archive' : 'inbox';
    return { place, unread, unseen: place === 'inbox' && unread && offset > seenTo };
  };
}

function placeOfMark({ until, due, read, seen, archived }: SnoozeMark): Placed {
  const unread = !read;
  if (archived) return { place: 'archive', unread, unseen: false };
  if (!due) return { place: 'snoozed', unread, unseen: false, until };
  return { place: 'inbox', unread, unseen: unread && !seen, returnedAt: until };
}
