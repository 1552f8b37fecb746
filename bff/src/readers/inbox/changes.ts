import {
  withOffsets,
  withoutOffsets,
  withoutRange,
  withRange,
  type FeedMarks,
  type InboxDocument,
  type Notification,
  type Ranges,
  type Snoozed,
} from '@tocsin/contracts';
import { locate, type History } from '../marks/advance.ts';
import type { FindAgedOut } from '../marks/aged-out.ts';
import { isDue, marksIn } from './document.ts';

/** The feed and history that a change applies to: the epoch, and the offsets from `floor` to `head`. */
export interface ChangeContext {
  feed: string;
  epoch: string;
  head: number;
  floor: number;
  now: number;
}

/** Returns the changed document. Called again if another instance wrote the document in the meantime. */
export type InboxChange = (document: InboxDocument, context: ChangeContext) => InboxDocument;

/**
 * The offsets of notifications by id. Includes notifications that have left the history if a fallback still needs their
 * marks.
 */
export type OffsetById = ReadonlyMap<string, number>;

export async function findOffsets(
  ids: ReadonlySet<string>,
  history: History,
  findAgedOut: FindAgedOut,
): Promise<OffsetById> {
  const located = await locate(ids, history);
  const agedOut = located.size < ids.size ? await findAgedOut() : [];
  const known = agedOut.filter(({ id, offset }) => ids.has(id) && offset < Infinity);
  return new Map([...known.map(({ id, offset }) => [id, offset] as const), ...located]);
}

/** Marks all publications up to `offset` as seen, and all notifications whose snooze has ended. */
export const markSeenUpTo =
  (offset: number): InboxChange =>
  (document, context) => {
    const marked = withMarks(document, context, ({ seen }) => ({
      seen: Math.max(seen, Math.min(offset, context.head)),
    }));
    return withSnoozeFlags(marked, context.feed, (one) =>
      isDue(one, context.now) ? { seen: true } : undefined,
    );
  };

/**
 * Removes the unread marks of the notifications in `ids` and of all publications up to `offset`. Also marks some
 * snoozed notifications as read: those in `ids`, and those up to `offset` whose snooze has ended.
 */
export const markRead =
  (offset: number, ids: ReadonlySet<string>, offsetById: OffsetById): InboxChange =>
  (document, context) => {
    const marked = withMarks(document, context, ({ unread }) => ({
      unread: withoutOffsets(withoutRange(unread, 1, offset), offsetById.values()),
    }));
    return withSnoozeFlags(marked, context.feed, (one) => {
      const isWithin = one.epoch === context.epoch && one.offset <= offset && isDue(one, context.now);
      return isWithin || ids.has(one.notification.id) ? { read: true } : undefined;
    });
  };

export const markUnread =
  (ids: ReadonlySet<string>, offsetById: OffsetById): InboxChange =>
  (document, context) => {
    const marked = withMarks(document, context, ({ unread }) => ({
      unread: withOffsets(unread, offsetById.values()),
    }));
    return withSnoozeFlags(marked, context.feed, (one) =>
      ids.has(one.notification.id) ? { read: undefined } : undefined,
    );
  };

/**
 * Archives the notifications in `ids` and all publications up to `offset`. The latter include publications that have
 * left the history, if their offsets are in `agedOut`. Skips snoozed notifications unless `ids` contains them or their
 * snooze has ended.
 */
export const archive =
  (
    offset: number,
    ids: ReadonlySet<string>,
    offsetById: OffsetById,
    agedOut: readonly number[] = [],
  ): InboxChange =>
  (document, context) => {
    const { feed, epoch, floor, head, now } = context;
    const snoozedInFeed = document.snoozed.filter((one) => one.notification.feed === feed);
    const isDueWithin = (one: Snoozed) => one.epoch === epoch && one.offset <= offset && isDue(one, now);
    const stillSnoozed = snoozedInFeed
      .filter((one) => one.epoch === epoch && !isDueWithin(one))
      .map((one) => one.offset);
    const marked = withMarks(document, context, (marks) => {
      const range = withRange(marks.archived, Math.max(1, floor), Math.min(offset, head));
      const all = withOffsets(range, agedOut);
      return { archived: withOffsets(withoutOffsets(all, stillSnoozed), offsetById.values()) };
    });
    return withSnoozeFlags(marked, feed, (one) =>
      ids.has(one.notification.id) || isDueWithin(one) ? { archived: true } : undefined,
    );
  };

export const unarchive =
  (ids: ReadonlySet<string>, offsetById: OffsetById): InboxChange =>
  (document, context) => {
    const marked = withMarks(document, context, (marks) => ({
      archived: withoutOffsets(marks.archived, offsetById.values()),
    }));
    return withSnoozeFlags(marked, context.feed, (one) =>
      ids.has(one.notification.id) ? { archived: undefined } : undefined,
    );
  };

/** Snoozes notifications until `until`, even if already snoozed or archived. */
export const snoozeUntil =
  (publications: readonly { offset: number; notification: Notification }[], until: string): InboxChange =>
  (document, context) => {
    const snoozedInFeed = document.snoozed.filter(({ notification }) => notification.feed === context.feed);
    const epochs = new Map(snoozedInFeed.map(({ notification, epoch }) => [notification.id, epoch]));
    const epochOf = (id: string): string => epochs.get(id) ?? context.epoch;
    const inEpoch = publications.filter(({ notification }) => epochOf(notification.id) === context.epoch);
    const marked = withMarks(document, context, (marks) => ({
      archived: withoutOffsets(
        marks.archived,
        inEpoch.map(({ offset }) => offset),
      ),
    }));
    const ids = new Set(publications.map(({ notification }) => notification.id));
    const others = marked.snoozed.filter((one) => !isOneOf(one, context.feed, ids));
    const snoozed = publications.map(({ offset, notification }): Snoozed => ({
      ...{ epoch: epochOf(notification.id), offset, until },
      notification: { ...notification },
    }));
    return { ...marked, snoozed: [...others, ...snoozed] };
  };

/**
 * Ends snoozes. The notifications return to the inbox, or to the archive if they were archived after being snoozed. If
 * a notification has left the history, only its snooze still contains it. The snooze is then kept, and marked as ended
 * and seen.
 */
export const unsnooze =
  (ids: ReadonlySet<string>): InboxChange =>
  (document, { feed, epoch, floor, now }) => {
    const until = new Date(now).toISOString();
    const snoozed = document.snoozed.flatMap((one): Snoozed[] => {
      if (!isOneOf(one, feed, ids)) return [one];
      if (one.epoch === epoch && one.offset >= floor) return [];
      return [isDue(one, now) ? one : { ...one, until, seen: true }];
    });
    return { ...document, snoozed };
  };

const isOneOf = ({ notification }: Snoozed, feed: string, ids: ReadonlySet<string>): boolean =>
  notification.feed === feed && ids.has(notification.id);

type MarksChange = Partial<{ seen: number; unread: Ranges; archived: Ranges }>;

function withMarks(
  document: InboxDocument,
  { feed, epoch, now }: ChangeContext,
  change: (marks: FeedMarks) => MarksChange,
): InboxDocument {
  const before = marksIn(document, feed, epoch);
  const after = { ...before, ...change(before) } as FeedMarks;
  const isEmpty = after.seen === 0 && after.unread.length === 0 && after.archived.length === 0;
  if (isEmpty && !document.feeds[feed]) return document;
  return { ...document, feeds: { ...document.feeds, [feed]: { ...after, at: now } } };
}

type SnoozeFlags = { [Flag in 'read' | 'seen' | 'archived']?: true | undefined };

/** Sets flags on the feed's snoozes. A flag that is `undefined` is removed. */
const withSnoozeFlags = (
  document: InboxDocument,
  feed: string,
  change: (one: Snoozed) => SnoozeFlags | undefined,
): InboxDocument => ({
  ...document,
  snoozed: document.snoozed.map((one) => {
    const flags = one.notification.feed === feed ? change(one) : undefined;
    return flags ? { ...one, ...flags } : one;
  }),
});

/** Returns the offset, or 0 if it is missing or from another epoch. */
export const offsetIn = (
  head: { epoch: string },
  { epoch, offset = 0 }: { epoch?: string | undefined; offset?: number | undefined },
): number => (epoch === undefined || epoch === head.epoch ? offset : 0);
