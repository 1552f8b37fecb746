import {
  idOfPublication,
  MAX_UNREAD,
  placesIn,
  type Marks,
  type Placed,
  type Publication,
} from '@tocsin/contracts';
import { CHUNK, isGone, type History } from './advance.ts';
import type { Histories } from './histories.ts';
import type { Inboxes } from '../inbox/inboxes.ts';
import { stateIn, type ReadStates } from './read-states.ts';

/**
 * Maximum publications to check after the read offset. The same limit applies to earlier publications that are marked
 * as unread. Removed publications count toward the limit too, so that calls stay cheap.
 */
const MAX_CHECKED = 2 * MAX_UNREAD;

export interface UnreadCount {
  /** Number of unread publications in the reader's inbox, counted from the newest. At most `MAX_UNREAD`. */
  unread: number;
  /** Number of unread publications that the reader hasn't seen. */
  unseen: number;
  /** True if the actual numbers could be higher. */
  more: boolean;
}

export interface UnreadOptions {
  states: Pick<ReadStates, 'stored'>;
  inboxes: Pick<Inboxes, 'stateOf'>;
  histories: Pick<Histories, 'current'>;
}

/** Counts a feed's unread and unseen notifications in a reader's inbox. */
export async function countFor(
  reader: string,
  feed: string,
  { states, inboxes, histories }: UnreadOptions,
): Promise<UnreadCount> {
  const [stored, inbox, { head, history }] = await Promise.all([
    states.stored(reader, feed),
    inboxes.stateOf(reader, feed),
    histories.current(feed),
  ]);
  return countUnread({ epoch: head.epoch, read: stateIn(head.epoch, stored), inbox }, history);
}

/** Counts the history's unread publications that the inbox shows, plus notifications with an ended snooze. */
export async function countUnread(
  marks: Marks,
  history: Pick<History, 'head' | 'floor' | 'readRange'>,
): Promise<UnreadCount> {
  const { head, floor, readRange } = history;
  const placeOf = placesIn(marks);
  const { inbox, epoch, read } = marks;
  const snoozed = new Set(inbox?.snoozed.map(({ id }) => id));
  const count = { unread: 0, unseen: 0 };
  const add = ({ place, unread, unseen }: Placed): void => {
    if (place !== 'inbox') return;
    if (unread) count.unread++;
    if (unseen) count.unseen++;
  };
  const addAll = (publications: readonly Publication[]): void => {
    for (const publication of publications) {
      if (publication.notification !== null && !snoozed.has(idOfPublication(publication)))
        add(placeOf(publication));
    }
  };
  // Count ended snoozes from the list of snoozes, because their notifications might have left the history.
  await Promise.all(
    (inbox?.snoozed ?? []).map(async ({ id, offset, due, epoch: markEpoch }) => {
      if (due && !(await isGone({ epoch: markEpoch, offset }, epoch, history)))
        add(placeOf({ offset, notification: { id } }));
    }),
  );

  const readTo = read?.offset ?? 0;
  const lowest = Math.max(floor, readTo + 1, 1);
  const bottom = Math.max(lowest, head - MAX_CHECKED + 1);
  for (let end = head; end >= bottom && count.unread <= MAX_UNREAD; end -= CHUNK)
    addAll(await readRange(Math.max(bottom, end - CHUNK + 1), end));

  let remaining = MAX_CHECKED;
  const markedUnread = inbox?.epoch === epoch ? inbox.unread : [];
  for (const [first, end] of markedUnread.toReversed()) {
    const from = Math.max(first, floor, Math.min(end, readTo) - remaining + 1);
    const to = Math.min(end, readTo, head);
    if (to < from || remaining <= 0 || count.unread > MAX_UNREAD) continue;
    remaining -= to - from + 1;
    addAll(await readRange(from, to));
  }
  if (count.unread > MAX_UNREAD)
    return { unread: MAX_UNREAD, unseen: Math.min(count.unseen, MAX_UNREAD), more: true };
  return { ...count, more: bottom > lowest || remaining <= 0 };
}
