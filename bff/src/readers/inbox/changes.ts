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
import { isDue, marksIn } from './document.ts';

/** The feed and history that a change applies to: the epoch, and offsets from `floor` to `head`. */
export interface Ground {
  feed: string;
  epoch: string;
  head: number;
  floor: number;
  now: number;
}

/** Returns the changed document. It is called again if another instance wrote the document meanwhile. */
export type InboxChange = (document: InboxDocument, ground: Ground) => InboxDocument;

/** The offsets of the ids that are in the history. */
export type Places = ReadonlyMap<string, number>;

/** Marks everything up to `offset` as seen, and the snoozed notifications that came back. */
export const seenUpTo =
  (offset: number): InboxChange =>
  (document, ground) => {
    const marked = withMarks(document, ground, ({ seen }) => ({
      seen: Math.max(seen, Math.min(offset, ground.head)),
    }));
    return withSnoozes(marked, ground.feed, (one) => (isDue(one, ground.now) ? { seen: true } : undefined));
  };

/** Removes the unread marks of everything up to `offset`, and of `ids`. */
export const readAgain =
  (offset: number, ids: ReadonlySet<string>, places: Places): InboxChange =>
  (document, ground) => {
    const marked = withMarks(document, ground, ({ unread }) => ({
      unread: withoutOffsets(withoutRange(unread, 1, offset), places.values()),
    }));
    return withSnoozes(marked, ground.feed, (one) => {
      const isWithin = one.epoch === ground.epoch && one.offset <= offset && isDue(one, ground.now);
      return isWithin || ids.has(one.notification.id) ? { read: true } : undefined;
    });
  };

export const unreadAgain =
  (ids: ReadonlySet<string>, places: Places): InboxChange =>
  (document, ground) => {
    const marked = withMarks(document, ground, ({ unread }) => ({
      unread: withOffsets(unread, places.values()),
    }));
    return withSnoozes(marked, ground.feed, (one) =>
      ids.has(one.notification.id) ? { read: undefined } : undefined,
    );
  };

/** Archives everything up to `offset` that is not snoozed, and `ids`, snoozed or not. */
export const archived =
  (offset: number, ids: ReadonlySet<string>, places: Places): InboxChange =>
  (document, ground) => {
    const { feed, epoch, floor, head, now } = ground;
    const own = document.snoozed.filter((one) => one.notification.feed === feed);
    const within = (one: Snoozed) => one.epoch === epoch && one.offset <= offset && isDue(one, now);
    const waiting = own.filter((one) => one.epoch === epoch && !within(one)).map((one) => one.offset);
    const marked = withMarks(document, ground, (marks) => {
      const all = withRange(marks.archived, Math.max(1, floor), Math.min(offset, head));
      return { archived: withOffsets(withoutOffsets(all, waiting), places.values()) };
    });
    return withSnoozes(marked, feed, (one) =>
      ids.has(one.notification.id) || within(one) ? { archived: true } : undefined,
    );
  };

export const unarchived =
  (ids: ReadonlySet<string>, places: Places): InboxChange =>
  (document, ground) => {
    const marked = withMarks(document, ground, (marks) => ({
      archived: withoutOffsets(marks.archived, places.values()),
    }));
    return withSnoozes(marked, ground.feed, (one) =>
      ids.has(one.notification.id) ? { archived: undefined } : undefined,
    );
  };

/** Snoozes notifications until `until`, even if they are already snoozed or archived. */
export const snoozedUntil =
  (publications: readonly { offset: number; notification: Notification }[], until: string): InboxChange =>
  (document, ground) => {
    const known = new Map(document.snoozed.map((one) => [one.notification.id, one]));
    const marked = withMarks(document, ground, (marks) => ({
      archived: withoutOffsets(
        marks.archived,
        publications.map(({ offset }) => offset),
      ),
    }));
    const ids = new Set(publications.map(({ notification }) => notification.id));
    const others = marked.snoozed.filter((one) => !isOf(one, ground.feed, ids));
    const snoozed = publications.map(({ offset, notification }): Snoozed => {
      const before = known.get(notification.id);
      const epoch = before?.notification.feed === ground.feed ? before.epoch : ground.epoch;
      return { epoch, offset, until, notification: { ...notification } };
    });
    return { ...marked, snoozed: [...others, ...snoozed] };
  };

/** Ends snoozes. The notifications return to where they were before. */
export const unsnoozed =
  (ids: ReadonlySet<string>): InboxChange =>
  (document, { feed }) => ({
    ...document,
    snoozed: document.snoozed.filter((one) => !isOf(one, feed, ids)),
  });

const isOf = ({ notification }: Snoozed, feed: string, ids: ReadonlySet<string>): boolean =>
  notification.feed === feed && ids.has(notification.id);

type MarksChange = Partial<{ seen: number; unread: Ranges; archived: Ranges }>;

function withMarks(
  document: InboxDocument,
  { feed, epoch, now }: Ground,
  change: (marks: FeedMarks) => MarksChange,
): InboxDocument {
  const before = marksIn(document, feed, epoch);
  const after = { ...before, ...change(before) } as FeedMarks;
  const isEmpty = after.seen === 0 && after.unread.length === 0 && after.archived.length === 0;
  if (isEmpty && !document.feeds[feed]) return document;
  return { ...document, feeds: { ...document.feeds, [feed]: { ...after, at: now } } };
}

type SnoozeFlags = { [Flag in 'read' | 'seen' | 'archived']?: true | undefined };

/** Sets flags of the feed's snoozes. A flag that is `undefined` is removed. */
const withSnoozes = (
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
