import {
  DOCUMENT_VERSION,
  inboxDocumentSchema,
  MAX_MARKED_FEEDS,
  MAX_MARKED_RANGES,
  MAX_MARKS_BYTES,
  MAX_SNOOZED,
  MAX_SNOOZED_BYTES,
  parseDateTime,
  type FeedMarks,
  type InboxDocument,
  type InboxState,
  type Ranges,
  type Snoozed,
  type SnoozeMark,
} from '@tocsin/contracts';
import { parseStored } from '../../deliver/parse-stored.ts';
import { sizeOf } from '../../feed/present.ts';

/**
 * Retention time of ended snoozes (ms). If space is needed, ended snoozes of archived or read notifications are removed
 * earlier.
 */
const RETENTION_MS = 30 * 24 * 60 * 60 * 1000;

export class TooManySnoozedError extends Error {
  constructor() {
    super(`a reader can snooze at most ${MAX_SNOOZED} notifications (${MAX_SNOOZED_BYTES} bytes in total)`);
    this.name = 'TooManySnoozedError';
  }
}

/** Parses an inbox. Throws if a later version wrote the document, so that it is not overwritten. */
export function parseInbox(key: string, value: unknown): InboxDocument {
  if (value === undefined) return { v: DOCUMENT_VERSION, version: 0, feeds: {}, snoozed: [] };
  return parseStored(inboxDocumentSchema, value, key);
}

/**
 * Gives `after` the next version. The version is at least `now`, so that it is also higher than the versions of the
 * reader's deleted inboxes.
 */
export const successorOf = (before: InboxDocument, after: InboxDocument, now: number): InboxDocument => ({
  ...after,
  version: Math.max(before.version + 1, now),
});

export const timeOf = (text: string): number => parseDateTime(text) ?? 0;

export const isDue = ({ until }: Pick<Snoozed, 'until'>, now: number): boolean => timeOf(until) <= now;

const isExpired = ({ notification: { expiresAt } }: Snoozed, now: number): boolean =>
  expiresAt !== undefined && timeOf(expiresAt) <= now;

/** Returns a feed's snoozed notifications that haven't expired at `now`. */
export const snoozedOf = (document: InboxDocument, feed: string, now: number): Snoozed[] =>
  document.snoozed.filter((one) => one.notification.feed === feed && !isExpired(one, now));

/** Returns a feed's inbox state, as sent to browsers. */
export function stateOf(document: InboxDocument, feed: string, now: number): InboxState {
  const { epoch, seen, unread, archived } = document.feeds[feed] ?? NO_MARKS;
  const snoozed = snoozedOf(document, feed, now).map((one): SnoozeMark => {
    const { read, seen: wasSeen, archived: isArchived } = one;
    return {
      ...{ id: one.notification.id, epoch: one.epoch, offset: one.offset, until: one.until },
      ...(isDue(one, now) && { due: true }),
      ...(read && { read }),
      ...(wasSeen && { seen: wasSeen }),
      ...(isArchived && { archived: isArchived }),
    };
  });
  return { version: document.version, epoch, seen, unread, archived, snoozed };
}

const NO_MARKS = { epoch: '-', seen: 0, unread: [], archived: [] };

/** Returns a feed's marks, or no marks if they are from another epoch. */
export function marksIn(document: InboxDocument, feed: string, epoch: string): FeedMarks {
  const marks = document.feeds[feed];
  return marks?.epoch === epoch ? marks : { epoch, seen: 0, unread: [], archived: [], at: 0 };
}

export interface Bounds {
  /** The changed feed. This feed's marks are dropped last. */
  feed: string;
  /** The first offset in the changed feed's history. */
  floor: number;
  /** Offsets before `floor` with marks that are still needed. */
  needed?: readonly number[];
  /** Returns how long a feed's marks must be kept (ms). */
  marksMsOf: (feed: string) => number;
  /** The number of snoozes before the change. Changes that add no snoozes are never refused. */
  snoozesBefore: number;
  now: number;
}

/**
 * Reduces the document to the limits. Drops unneeded marks outside the history. If the document is still too large,
 * drops marks for the least recently changed feeds, and each feed's oldest ranges. Notifications that lose a mark
 * return to the inbox or count as read. Snoozes of archived notifications and ended snoozes of read notifications are
 * dropped to make room for new snoozes.
 * @throws TooManySnoozedError
 */
export function limitInbox(
  document: InboxDocument,
  { feed, floor, needed = [], marksMsOf, snoozesBefore, now }: Bounds,
): InboxDocument {
  const live = Object.entries(document.feeds)
    .filter(([name, { at }]) => name === feed || at + marksMsOf(name) > now)
    .sort(([a, { at }], [b, { at: other }]) => (a === feed ? 1 : b === feed ? -1 : at - other));
  const kept = live.slice(-MAX_MARKED_FEEDS).map(([name, marks]): [string, FeedMarks] => {
    const since = name === feed ? floor : 0;
    const trim = (ranges: Ranges) => trimMarks(ranges, since, needed);
    return [name, { ...marks, unread: trim(marks.unread), archived: trim(marks.archived) }];
  });
  while (kept.length > 1 && sizeOf(kept) > MAX_MARKS_BYTES) kept.shift();
  const snoozed = limitSnoozes(document.snoozed, snoozesBefore, now);
  return { ...document, feeds: Object.fromEntries(kept), snoozed };
}

const trimMarks = (ranges: Ranges, floor: number, needed: readonly number[]): FeedMarks['unread'] =>
  ranges
    .filter(([first, last]) => last >= floor || needed.some((offset) => first <= offset && offset <= last))
    .slice(-MAX_MARKED_RANGES);

/** Whether the document has marks below `floor` in the feed. */
export const hasMarksBefore = (
  { feeds }: InboxDocument,
  { feed, floor }: Pick<Bounds, 'feed' | 'floor'>,
): boolean =>
  [...(feeds[feed]?.unread ?? []), ...(feeds[feed]?.archived ?? [])].some(([, last]) => last < floor);

/**
 * Refuses only new snoozes. Flags may exceed the limit, so that a reader with many snoozes can still mark them as seen
 * or read, or end them.
 */
function limitSnoozes(snoozed: readonly Snoozed[], countBefore: number, now: number): Snoozed[] {
  const kept = snoozed.filter((one) => timeOf(one.until) + RETENTION_MS > now && !isExpired(one, now));
  if (snoozed.length <= countBefore) return kept;
  while (kept.length > MAX_SNOOZED || sizeOf(kept) > MAX_SNOOZED_BYTES) {
    const removableIndex = kept.findIndex((one) => one.archived ?? (one.read && isDue(one, now)));
    if (removableIndex < 0) throw new TooManySnoozedError();
    kept.splice(removableIndex, 1);
  }
  return kept;
}
