import type { NotificationClient } from '@tocsin/client';
import { ProblemError } from '@tocsin/client';
import type { Place, Position } from '@tocsin/contracts';
import { watch } from 'vue';
import { useToasts } from '../../toasts/store.ts';
import { useConnection } from '../connection.ts';
import { defineStore } from '../define-store.ts';
import type { Item } from '../feeds/feed-log.ts';
import { useItems } from '../feeds/items.ts';
import { useSource } from '../source.ts';
import { useMarks, type Override } from './marks.ts';
import { useNotice } from './notice.ts';

/** Maximum number of ids per request: the server's limit for a snooze. */
const MAX_IDS = 100;
/**
 * Time to wait for the server's marks after a change, over a live connection (ms). The marks can arrive before or after
 * the response.
 */
const SETTLE_MS = 3_000;

type Mark = NotificationClient['mark'];
type Change = 'read' | 'unread' | 'archive' | 'unarchive' | 'snooze' | 'unsnooze';

function groupsOf(
  items: readonly Item[],
  keyOf: (item: Item) => string,
): ReadonlyMap<string, [Item, ...Item[]]> {
  const groups = new Map<string, [Item, ...Item[]]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}

const byFeed = (items: readonly Item[]) => groupsOf(items, ({ feed }) => feed);

const idsOf = (items: readonly Item[]): string[] => items.map(({ notification }) => notification.id);

const inChunks = (ids: readonly string[]): string[][] =>
  Array.from({ length: Math.ceil(ids.length / MAX_IDS) }, (_, n) =>
    ids.slice(n * MAX_IDS, (n + 1) * MAX_IDS),
  );

/**
 * The reader's actions on notifications. They take effect on the page immediately and are sent to the server. If the
 * server doesn't save a snooze, the snooze is reverted.
 */
export const useReader = defineStore(() => {
  const marks = useMarks();
  const notice = useNotice();
  /** Sends one request at a time per feed so that the server receives changes in order. */
  const queues = new Map<string, Promise<unknown>>();

  /** Sends a change after the feed's earlier changes. The caller may ignore the result. */
  const send: Mark = (name, feed, change) => {
    // Get the session's client now. Another session could be running by the time the earlier changes have been sent.
    const { client } = useSource().current();
    const sent = Promise.resolve(queues.get(feed)).then(() => client?.mark(name, feed, change));
    queues.set(
      feed,
      sent.catch((error: unknown) => console.warn(`Could not save the mark "${name}" in ${feed}.`, error)),
    );
    return sent;
  };

  /**
   * Drops a saved override after `SETTLE_MS`, so that the server's marks can arrive first. If the connection isn't live
   * or a feed hasn't caught up by then, waits for that and then for another `SETTLE_MS`.
   */
  function settleLater(token: symbol, feeds: readonly string[]): void {
    const { pending } = useConnection();
    const areLive = (): boolean =>
      useConnection().client === 'live' && feeds.every((feed) => !pending.has(feed));
    setTimeout(() => {
      if (areLive()) marks.settle(token);
      else watch(areLive, () => settleLater(token, feeds), { once: true });
    }, SETTLE_MS);
  }

  /**
   * Applies a change to items until the server has saved it. If a request fails, shows a notice. A failed snooze is
   * then reverted. All other changes stay on this page.
   */
  async function apply(
    items: readonly Item[],
    change: Override,
    sent: readonly Promise<unknown>[],
  ): Promise<void> {
    const { session } = useItems();
    const token = marks.override(
      items.map(({ key }) => key),
      change,
    );
    const failure = (await Promise.allSettled(sent)).find((result) => result.status === 'rejected');
    if (!failure) settleLater(token, [...byFeed(items).keys()]);
    else if (change.until) setTimeout(() => marks.settle(token));
    if (!failure || session !== useItems().session) return;
    const isFull = failure.reason instanceof ProblemError && failure.reason.status === 409;
    notice.show(!change.until ? 'unsaved' : isFull ? 'snooze-full' : 'snooze-refused', items.length);
  }

  /** Applies a change to items and sends it to the server with their ids. */
  function save(items: readonly Item[], name: Change, change: Override): void {
    const { until } = change;
    const sent = [...byFeed(items)].flatMap(([feed, group]) =>
      inChunks(idsOf(group)).map((ids) => send(name as 'archive', feed, { ids, ...(until && { until }) })),
    );
    void apply(items, change, sent);
  }

  const itemsIn = (place: Place, items: readonly Item[]): Item[] =>
    items.filter((item) => marks.placeOf(item).place === place);

  const dismissToasts = (items: readonly Item[]): void => {
    for (const [feed, group] of byFeed(items)) useToasts().remove(feed, idsOf(group));
  };

  function markRead(items: readonly Item[]): void {
    for (const [feed, group] of byFeed(items)) marks.readIds(feed, group[0], idsOf(group));
    dismissToasts(items);
    save(items, 'read', { unread: false });
  }

  const markUnread = (items: readonly Item[]): void => save(items, 'unread', { unread: true });

  function archive(items: readonly Item[]): void {
    const [snoozed, others] = [itemsIn('snoozed', items), itemsIn('inbox', items)];
    dismissToasts(items);
    save(items, 'archive', { place: 'archive' });
    notice.show('archived', items.length, () => {
      save(others, 'unarchive', { place: 'inbox' });
      save(snoozed, 'unarchive', { place: 'snoozed' });
    });
  }

  function moveToInbox(items: readonly Item[]): void {
    const [archived, snoozed] = [itemsIn('archive', items), itemsIn('snoozed', items)];
    // An archived notification can still be snoozed. Unarchiving alone would move it to Snoozed.
    const stillSnoozed = archived.flatMap((item) => {
      const { until } = marks.inboxes[item.feed]?.snoozed.find(({ id }) => id === item.notification.id) ?? {};
      return until !== undefined && Date.parse(until) > Date.now() ? [{ item, until }] : [];
    });
    save(archived, 'unarchive', { place: 'inbox' });
    save([...stillSnoozed.map(({ item }) => item), ...snoozed], 'unsnooze', { place: 'inbox' });
    const undo = (): void => {
      for (const { item, until } of stillSnoozed) save([item], 'snooze', { place: 'snoozed', until });
      save(archived, 'archive', { place: 'archive' });
    };
    notice.show('unarchived', items.length, archived.length > 0 ? undo : undefined);
  }

  /**
   * Snoozes the items, and offers to undo this. Undoing returns each item to its place. If an item was already snoozed
   * or was back from a snooze, undoing also restores whether it was unread.
   */
  function snooze(items: readonly Item[], until: Date): void {
    const groups = groupsOf(items, (item) => {
      const { place, unread, until: end, returnedAt } = marks.placeOf(item);
      return [place, end, unread, returnedAt !== undefined].join();
    });
    const before = Array.from(groups.values(), (group) => ({ group, placed: marks.placeOf(group[0]) }));
    dismissToasts(items);
    notice.show('snoozed', items.length, () => {
      for (const { group, placed } of before) {
        const { place, unread, until: end = '', returnedAt } = placed;
        const wasSnoozed = place === 'snoozed' || returnedAt !== undefined;
        if (place === 'snoozed' && Date.parse(end) > Date.now()) save(group, 'snooze', { place, until: end });
        else {
          if (place === 'archive') save(group, 'archive', { place });
          save(group, 'unsnooze', { place: place === 'archive' ? place : 'inbox' });
          if (wasSnoozed && unread) markUnread(group);
        }
        if (wasSnoozed && !unread) markRead(group);
      }
    });
    save(items, 'snooze', { place: 'snoozed', until: until.toISOString() });
  }

  const newestPositions = (items: readonly Item[]): Record<string, Position> => {
    const positions: Record<string, Position> = {};
    for (const { feed, epoch, offset } of items) {
      const head = positions[feed];
      if (!head || (head.epoch === epoch && head.offset < offset)) positions[feed] = { epoch, offset };
    }
    return positions;
  };

  /**
   * Returns each feed's newest position in `items`. Items back from a snooze can be from an earlier epoch, so they
   * count only for feeds without other items.
   */
  const heads = (items: readonly Item[]): Record<string, Position> => ({
    ...newestPositions(items),
    ...newestPositions(items.filter((item) => marks.placeOf(item).returnedAt === undefined)),
  });

  /** Marks all loaded items as read. */
  function markAllRead(): void {
    const { items } = useItems();
    const positions = heads(items);
    marks.readTo(positions);
    // The position isn't enough for items that were marked as unread or are back from a snooze. Mark them by id.
    const stillUnread = items.filter((item) => marks.placeOf(item).unread);
    useToasts().dismissAll();
    const sent = Object.entries(positions).flatMap(([feed, position]) => {
      const [first, ...others] = inChunks(idsOf(stillUnread.filter((item) => item.feed === feed)));
      return [
        send('read', feed, { ...position, ...(first && { ids: first }) }),
        ...others.map((ids) => send('read', feed, { ids })),
      ];
    });
    void apply(stillUnread, { unread: false }, sent);
  }

  /** Marks all loaded items as seen, so the bell no longer counts them. */
  function markSeen(): void {
    const unseen = useItems().items.filter((item) => marks.placeOf(item).unseen);
    if (unseen.length === 0) return;
    const positions = heads(useItems().items.filter(({ feed }) => unseen.some((item) => item.feed === feed)));
    marks.seenTo(positions);
    for (const [feed, position] of Object.entries(positions)) void send('seen', feed, position);
  }

  /**
   * On a first visit, marks all notifications up to the feed's head as read. In a `user:` feed, marks none, because
   * these notifications are meant for this reader alone. If the server's read state arrives later, it replaces this
   * mark.
   */
  function initFeed(feed: string, { epoch, offset }: Position): void {
    if (marks.reads[feed]) return;
    const isEmpty = marks.emptyReads.has(feed);
    if (!isEmpty) marks.provisional.add(feed);
    const isOwn = feed.startsWith('user:');
    const at = isOwn ? 0 : Date.now();
    marks.write({ [feed]: { epoch, offset: isOwn ? 0 : offset, at, ids: new Set() } });
    // The epoch `-` means that the reader has no marks in the feed except snoozes.
    const inbox = marks.inboxes[feed];
    const hasNoMarks = isEmpty && (!inbox || (inbox.epoch === '-' && inbox.snoozed.length === 0));
    if (!isOwn && offset > 0 && hasNoMarks) void send('read', feed, { epoch, offset });
  }

  // The next session must not wait for this session's changes or undo them.
  watch(
    () => useItems().session,
    () => {
      queues.clear();
      notice.hide();
    },
    { flush: 'sync' },
  );

  return { markRead, markUnread, archive, moveToInbox, snooze, markAllRead, markSeen, initFeed };
});
