import {
  inboxKey,
  type Archive,
  type FeedMarks,
  type InboxDocument,
  type InboxEvent,
  type InboxState,
  type MarkRead,
  type MarkSeen,
  type NamedIds,
  type Notification,
  type Snooze,
  type Snoozed,
} from '@tocsin/contracts';
import { TemporaryError } from '../../deliver/errors.ts';
import { isLaterEpoch } from '../../feed/position.ts';
import type { DocumentLedger } from '../documents/document-ledger.ts';
import { KeyedQueue } from '../documents/keyed-queue.ts';
import { PendingChanges } from '../documents/pending-changes.ts';
import { ReadCache } from '../documents/read-cache.ts';
import { isGone } from '../marks/advance.ts';
import type { FeedHistory, Histories } from '../marks/histories.ts';
import type { ReceiptCounter } from '../counts/receipt-counter.ts';
import { agedOutFinder, agedOutUpTo, type FindAgedOut } from '../marks/aged-out.ts';
import type { ReaderChannel, ReaderStore, WaitingPositions } from '../ports.ts';
import type { ReaderChangeOf } from '../events/reader-change.ts';
import { ANONYMOUS } from '../reader.ts';
import {
  archive,
  markRead,
  markSeenUpTo,
  snoozeUntil,
  unarchive,
  markUnread,
  offsetIn,
  findOffsets,
  unsnooze,
  type InboxChange,
  type OffsetById,
} from './changes.ts';
import {
  hasMarksBefore,
  limitInbox,
  isDue,
  marksIn,
  parseInbox,
  snoozedOf,
  stateOf,
  successorOf,
  timeOf,
} from './document.ts';
import { isSameInbox } from './is-same-inbox.ts';

export interface InboxesOptions {
  store: ReaderStore;
  channel: ReaderChannel;
  ledger: Pick<DocumentLedger, 'admit'>;
  histories: Pick<Histories, 'including'>;
  /** Returns how long a reader's marks in a feed are needed (ms). */
  marksMsOf: (feed: string, reader: string) => number;
  /** Not set if the deployment has no fallback channels. */
  waitingPositions?: WaitingPositions | undefined;
  counter?: Pick<ReceiptCounter, 'marksChanged'> | undefined;
  now: () => number;
}

/** An inbox's reader, and the owner whose quota the document counts against. */
export interface InboxOwner {
  reader: string;
  owner: string;
}

/** Thrown if a request snoozes notifications that are neither in the history nor already snoozed. */
export class UnknownIdsError extends Error {
  readonly ids: readonly string[];

  constructor(ids: readonly string[]) {
    super(`${ids.length} of the ids are not in the history`);
    this.name = 'UnknownIdsError';
    this.ids = ids;
  }
}

/** A snooze lasts at most a year, and is kept for less than another year after it ends. */
export const INBOX_TTL_SECONDS = 2 * 366 * 24 * 60 * 60;

interface SelectedNotifications {
  feed: string;
  epoch?: string | undefined;
  offset?: number | undefined;
  ids?: readonly string[] | undefined;
}

interface PlanInput extends FeedHistory {
  offsetById: OffsetById;
  ids: ReadonlySet<string>;
  findAgedOut: FindAgedOut;
}

/**
 * Readers' marks other than the read state: seen, unread, archived and snoozed. All of a reader's tabs and devices end
 * up with the same state: the server orders the reader's changes, each change affects only the marks that it lists, and
 * each state has a unique version. Anonymous readers have no inbox.
 */
export class Inboxes {
  readonly #options: InboxesOptions;
  readonly #cache: ReadCache<InboxDocument | undefined>;
  readonly #pendingChanges = new PendingChanges();
  readonly #turns = new KeyedQueue();

  constructor(options: InboxesOptions) {
    this.#options = options;
    this.#cache = new ReadCache(options.now);
    options.channel.onChange((change) => {
      if (change.name === 'inbox') this.#cache.forget(inboxKey(change.reader), change.version);
    });
  }

  /** Resolves with the reader's document, if any. */
  stored(reader: string): Promise<InboxDocument | undefined> {
    if (reader === ANONYMOUS) return Promise.resolve(undefined);
    const key = inboxKey(reader);
    return this.#cache.get(key, async () => {
      const stored = await this.#options.store.read(key);
      return stored && parseInbox(key, stored.value);
    });
  }

  /** Like `stored`, but bypasses the cache. */
  readFresh(reader: string): Promise<InboxDocument | undefined> {
    this.#cache.forget(inboxKey(reader));
    return this.stored(reader);
  }

  async stateOf(reader: string, feed: string): Promise<InboxState | undefined> {
    const document = await this.stored(reader);
    return document && stateOf(document, feed, this.#options.now());
  }

  /** Resolves with the `inbox` event after a change, or with `undefined` if the document is gone. */
  async eventOf({ reader, feed }: ReaderChangeOf<'inbox'>): Promise<InboxEvent | undefined> {
    const state = await this.stateOf(reader, feed);
    return state && { feed, ...state };
  }

  /**
   * Resolves with the snoozes that end after `from` and no later than `to` (ms since 1970), except those of archived
   * notifications.
   */
  async endedBetween(reader: string, from: number, to: number): Promise<Snoozed[]> {
    const document = await this.stored(reader);
    return (document?.snoozed ?? []).filter((one) => {
      const at = timeOf(one.until);
      return at > from && at <= to && !one.archived;
    });
  }

  /**
   * Resolves with the time when the next snooze ends after `from` (both in ms since 1970), if any. Ignores archived
   * notifications.
   */
  async nextDue(reader: string, from: number): Promise<number | undefined> {
    const document = await this.stored(reader);
    const waiting = (document?.snoozed ?? []).filter((one) => !one.archived && !isDue(one, from));
    return waiting.length === 0 ? undefined : Math.min(...waiting.map(({ until }) => timeOf(until)));
  }

  /**
   * Whether the snoozed notification is still shown. It is if it hasn't expired, its feed hasn't been erased since, and
   * the history doesn't say that it was retracted or replaced.
   */
  async isShown({ epoch, offset, notification }: Snoozed): Promise<boolean> {
    const { expiresAt } = notification;
    if (expiresAt !== undefined && timeOf(expiresAt) <= this.#options.now()) return false;
    const { head, history } = await this.#options.histories.including(notification.feed, {});
    return !(await isGone({ epoch, offset }, head.epoch, history));
  }

  seen(who: InboxOwner, { feed, epoch, offset }: Omit<MarkSeen, 'clientId'>): Promise<void> {
    return this.#change(who, { feed, epoch, offset }, ({ head }) =>
      markSeenUpTo(offsetIn(head, { epoch, offset })),
    );
  }

  /** Removes unread marks from notifications that the reader has read. Writes nothing if there are no such marks. */
  async read(who: InboxOwner, request: Omit<MarkRead, 'clientId'>): Promise<void> {
    // If the cache has no inbox, another instance may have just created one, so also read the store.
    if (!(await this.stored(who.reader)) && !(await this.readFresh(who.reader))) return;
    await this.#change(who, request, ({ head, ids, offsetById }) =>
      markRead(offsetIn(head, request), ids, offsetById),
    );
  }

  unread(who: InboxOwner, request: Omit<NamedIds, 'clientId'>): Promise<void> {
    return this.#change(who, request, ({ ids, offsetById }) => markUnread(ids, offsetById));
  }

  archive(who: InboxOwner, request: Omit<Archive, 'clientId'>): Promise<void> {
    return this.#change(who, request, async ({ head, ids, offsetById, findAgedOut }) => {
      const offset = offsetIn(head, request);
      return archive(offset, ids, offsetById, await agedOutUpTo(offset, findAgedOut));
    });
  }

  unarchive(who: InboxOwner, request: Omit<NamedIds, 'clientId'>): Promise<void> {
    return this.#change(who, request, ({ ids, offsetById }) => unarchive(ids, offsetById));
  }

  /**
   * @throws UnknownIdsError if any of the notifications is neither in the history nor already snoozed. In that case,
   * none of them is snoozed.
   * @throws TooManySnoozedError
   */
  snooze(who: InboxOwner, { feed, ids, until }: Omit<Snooze, 'clientId'>): Promise<void> {
    return this.#change(who, { feed, ids }, async ({ offsetById, history }) => {
      const key = inboxKey(who.reader);
      const before = parseInbox(key, (await this.#options.store.read(key))?.value);
      const snoozed = new Map(
        snoozedOf(before, feed, this.#options.now()).map((one) => [one.notification.id, one]),
      );
      const publications: { offset: number; notification: Notification }[] = [];
      const unknown: string[] = [];
      for (const id of new Set(ids)) {
        const snooze = snoozed.get(id);
        const offset = offsetById.get(id);
        const isInHistory = offset !== undefined && offset >= history.floor;
        const [published] = snooze || !isInHistory ? [] : await history.readRange(offset, offset);
        if (snooze) publications.push({ offset: snooze.offset, notification: snooze.notification });
        else if (published?.notification) publications.push(published);
        else unknown.push(id);
      }
      if (unknown.length > 0) throw new UnknownIdsError(unknown);
      return snoozeUntil(publications, until);
    });
  }

  unsnooze(who: InboxOwner, request: Omit<NamedIds, 'clientId'>): Promise<void> {
    return this.#change(who, request, ({ ids }) => unsnooze(ids));
  }

  /** Deletes the inbox of the reader whose user feed was erased. */
  async erase(feed: string): Promise<void> {
    await this.#options.store.erase([inboxKey(feed)]);
    this.#cache.forget(inboxKey(feed));
  }

  #change(
    who: InboxOwner,
    selected: SelectedNotifications,
    plan: (input: PlanInput) => InboxChange | Promise<InboxChange>,
  ): Promise<void> {
    return this.#turns.add(inboxKey(who.reader), () => this.#write(who, selected, plan));
  }

  async #write(
    { reader, owner }: InboxOwner,
    selected: SelectedNotifications,
    plan: (input: PlanInput) => InboxChange | Promise<InboxChange>,
  ): Promise<void> {
    const { store, channel, ledger, histories, marksMsOf, waitingPositions, counter, now } = this.#options;
    const { feed } = selected;
    const key = inboxKey(reader);
    const ids = new Set(selected.ids);
    const { head, history } = await histories.including(feed, selected);
    const findAgedOut = agedOutFinder({ reader, feed, epoch: head.epoch, history, waitingPositions });
    const offsetById = await findOffsets(ids, history, findAgedOut);
    const change = await plan({ head, history, offsetById, ids, findAgedOut });
    const context = { feed, epoch: head.epoch, head: head.offset, floor: history.floor };
    let document: InboxDocument | undefined;
    let marks: [before: FeedMarks, after: FeedMarks] | undefined;
    const version = await this.#pendingChanges.write(store, {
      key,
      ttlSeconds: INBOX_TTL_SECONDS,
      plan: async (value) => {
        document = marks = undefined;
        const before = parseInbox(key, value);
        const known = before.feeds[feed]?.epoch;
        if (known !== undefined && isLaterEpoch(known, head.epoch))
          throw new TemporaryError(`${feed} began a new epoch that this instance hasn't seen`);
        const after = change(before, { ...context, now: now() });
        if (isSameInbox(before, after)) return undefined;
        marks = [marksIn(before, feed, head.epoch), marksIn(after, feed, head.epoch)];
        const needed = hasMarksBefore(after, context) ? (await findAgedOut()).map((one) => one.offset) : [];
        document = limitInbox(successorOf(before, after, now()), {
          ...{ ...context, needed, snoozesBefore: before.snoozed.length, now: now() },
          marksMsOf: (name) => marksMsOf(name, reader),
        });
        return document;
      },
      // A signed-in reader's inbox doesn't count toward the quota, so other documents can't evict it.
      ...(owner !== reader && { beforeFirst: () => ledger.admit(owner, key) }),
    });
    if (version === undefined && !this.#pendingChanges.has(key)) return;
    if (version !== undefined) this.#cache.set(key, document, version);
    if (version !== undefined && marks) counter?.marksChanged(feed, { head, history }, ...marks);
    await this.#pendingChanges.publish(key, () =>
      channel.publish({ name: 'inbox', reader, feed, version: version ?? '' }),
    );
  }
}
