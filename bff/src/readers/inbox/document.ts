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
import { TemporaryError } from '../../deliver/errors.ts';
import { sizeOf } from '../../feed/present.ts';

/** A snooze that is over is kept for so long, in ms, unless its notification is archived or read and the space is needed. */
const RETURNED_MS = 30 * 24 * 60 * 60 * 1000;

/** More was to be snoozed than a reader may have. */
export class TooManySnoozedError extends Error {
  constructor() {
    super(`a reader may have ${MAX_SNOOZED} snoozed notifications, and ${MAX_SNOOZED_BYTES} bytes of them`);
    this.name = 'TooManySnoozedError';
  }
}

/** The document, or an empty one. Rejects one of a later version, so that nothing is written over it. */
export function parseInbox(key: string, value: unknown): InboxDocument {
  if (value === undefined) return { v: DOCUMENT_VERSION, version: 0, feeds: {}, snoozed: [] };
  const parsed = inboxDocumentSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new TemporaryError(`${key} cannot be read by this version: ${parsed.error.message}`);
}

/** `after` as it is written over `before`. Its version is higher also than that of a document which was deleted. */
export const successorOf = (before: InboxDocument, after: InboxDocument, now: number): InboxDocument => ({
  ...after,
  version: Math.max(before.version + 1, now),
});

export const timeOf = (text: string): number => parseDateTime(text) ?? 0;

export const isDue = ({ until }: Pick<Snoozed, 'until'>, now: number): boolean => timeOf(until) <= now;

const isExpired = ({ notification: { expiresAt } }: Snoozed, now: number): boolean =>
  expiresAt !== undefined && timeOf(expiresAt) <= now;

/** The snoozed notifications of a feed that may be shown at `now`. */
export const snoozedOf = (document: InboxDocument, feed: string, now: number): Snoozed[] =>
  document.snoozed.filter((one) => one.notification.feed === feed && !isExpired(one, now));

/** What browsers are told of a feed. */
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

/** The marks of a feed that count in the epoch. */
export function marksIn(document: InboxDocument, feed: string, epoch: string): FeedMarks {
  const marks = document.feeds[feed];
  return marks?.epoch === epoch ? marks : { epoch, seen: 0, unread: [], archived: [], at: 0 };
}

export interface Bounds {
  /** The feed that is changed: it keeps its marks before others. */
  feed: string;
  /** The first offset of it that is still history. */
  floor: number;
  /** For how long, in ms, a feed keeps a publication. */
  historyMsOf: (feed: string) => number;
  now: number;
}

/**
 * The document within its bounds. Marks of what has left the history go. Beyond the bounds, the marks of the feeds that
 * were changed longest ago go, then the oldest ranges: their notifications are back in the inbox, or read. Snoozed
 * notifications that came back and were archived or read go for new ones.
 * @throws TooManySnoozedError
 */
export function bounded(document: InboxDocument, { feed, floor, historyMsOf, now }: Bounds): InboxDocument {
  const live = Object.entries(document.feeds)
    .filter(([name, { at }]) => name === feed || at + historyMsOf(name) > now)
    .sort(([a, { at }], [b, { at: other }]) => (a === feed ? 1 : b === feed ? -1 : at - other));
  const kept = live.slice(-MAX_MARKED_FEEDS).map(([name, marks]): [string, FeedMarks] => {
    const since = name === feed ? floor : 0;
    const [unread, archived] = [trimmed(marks.unread, since), trimmed(marks.archived, since)];
    return [name, { ...marks, unread, archived }];
  });
  while (kept.length > 1 && sizeOf(kept) > MAX_MARKS_BYTES) kept.shift();
  return { ...document, feeds: Object.fromEntries(kept), snoozed: boundedSnoozes(document.snoozed, now) };
}

const trimmed = (ranges: Ranges, floor: number): FeedMarks['unread'] =>
  ranges.filter(([, last]) => last >= floor).slice(-MAX_MARKED_RANGES);

function boundedSnoozes(snoozed: readonly Snoozed[], now: number): Snoozed[] {
  const kept = snoozed.filter((one) => timeOf(one.until) + RETURNED_MS > now && !isExpired(one, now));
  while (kept.length > MAX_SNOOZED || sizeOf(kept) > MAX_SNOOZED_BYTES) {
    const done = kept.findIndex((one) => one.archived ?? (one.read && isDue(one, now)));
    if (done < 0) throw new TooManySnoozedError();
    kept.splice(done, 1);
  }
  return kept;
}
