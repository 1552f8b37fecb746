import { DEFAULT_PREFERENCES, MAX_SNOOZED, type LivePublication } from '@tocsin/contracts';
import { watch } from 'vue';
import { useClock } from '../clock.ts';
import { useConnection } from '../connection.ts';
import { defineStore } from '../define-store.ts';
import { itemKey } from '../feeds/feed-log.ts';
import { limitTo, MAX_ITEMS, useItems } from '../feeds/items.ts';
import { readJson, safeStorage } from '../storage.ts';
import {
  isHeldBack,
  isQuietNow,
  interrupt,
  mayReportGap,
  splitByQuietHours,
  showSummary,
} from './interrupt.ts';
import { usePreferences } from './preferences.ts';
import { useUnread } from './unread.ts';

/**
 * When this browser started holding back notifications (ms since 1970). Empty once they have been summarized. Shared
 * by all tabs, and survives a reload.
 */
const KEY = 'tocsin.quiet-since';

/**
 * The latest ended snoozes that this tab no longer has to report, because it has reported them or has left them to the
 * presenting tab. Needed because servers keep sending an ended snooze to new connections for a while. Survives a
 * reload.
 */
const RETURNED_KEY = 'tocsin.returned';

/** A publication that arrived. If it is back from a snooze, `until` is the time when the snooze ended (RFC 3339). */
export type Arrived = LivePublication & { until?: string };

/** Notifies the reader. Holds notifications back during quiet hours and reports their number afterwards. */
export const useInterruptions = defineStore(() => {
  const store = usePreferences();
  const storage = safeStorage(() => localStorage);
  const tabStorage = safeStorage(() => sessionStorage);
  /**
   * Maps item keys to whether quiet hours hold the notification back. Contains the notifications that have arrived
   * since the last check outside quiet hours, but at most the latest `MAX_ITEMS`.
   */
  const heldByKey = new Map<string, boolean>();
  let lastOutsideQuietHours: number | undefined;
  /** The quiet hours that were last in force. The reader might have turned them off since. */
  let { quietHours } = DEFAULT_PREFERENCES;
  let isPresenting = (): boolean => false;

  /** Returns the publications that may interrupt now and records which publications quiet hours hold back. */
  function applyQuietHours(feed: string, publications: readonly Arrived[]): Arrived[] {
    const { interrupting, held } = splitByQuietHours(store.preferences, feed, publications);
    for (const { notification } of interrupting) heldByKey.set(itemKey(feed, notification.id), false);
    for (const { notification } of held) heldByKey.set(itemKey(feed, notification.id), true);
    limitTo(MAX_ITEMS, heldByKey);
    if (held.length > 0)
      check(Math.min(...held.map(({ notification, until }) => Date.parse(until ?? notification.createdAt))));
    return interrupting;
  }

  const returnOf = (feed: string, { notification: { id }, until }: Arrived): string | undefined =>
    until === undefined ? undefined : `${itemKey(feed, id)} ${until}`;

  function notify(feed: string, publications: readonly Arrived[], presenting: boolean): void {
    // Report a notification that is back from a snooze only once, even if the page is reloaded.
    const known: unknown[] = [readJson(tabStorage, RETURNED_KEY)].flat();
    const unreported = publications.filter((arrived) => !known.includes(returnOf(feed, arrived) ?? ''));
    const interrupting = applyQuietHours(feed, unreported);
    const added = interrupting.flatMap((arrived) => returnOf(feed, arrived) ?? []);
    if (added.length > 0)
      tabStorage.set(RETURNED_KEY, JSON.stringify([...known, ...added].slice(-MAX_SNOOZED)));
    if (presenting) interrupt(store.preferences, feed, interrupting);
  }

  /** Shows the number of unread notifications held back, including those held back before this page was opened. */
  function reportHeldBack(since: number): void {
    const { items, older, oldestOf } = useItems();
    const preferences = { ...store.preferences, quietHours: quietHours ?? store.preferences.quietHours };
    const unread = items.filter((item) => useUnread().isUnread(item) && !store.isMuted(item));
    const { length } = unread.filter(
      (item) => heldByKey.get(item.key) ?? (item.time >= since && isHeldBack(preferences, item)),
    );
    if (length === 0) return;
    showSummary(
      length,
      [...older.keys()].some((feed) => (oldestOf(feed)?.time ?? 0) >= since),
    );
  }

  /**
   * During quiet hours, stores when this browser started holding back notifications, or `heldSince` (ms since 1970)
   * if that's earlier. Afterwards, reports the number of notifications held back.
   */
  function check(heldSince = Infinity): void {
    // The preferences haven't loaded yet.
    if (store.preferences === DEFAULT_PREFERENCES) return;
    const since = storage.get(KEY);
    if (isQuietNow(store.preferences)) {
      ({ quietHours } = store.preferences);
      const from = since ? Number(since) : (lastOutsideQuietHours ?? Date.now());
      if (!since || heldSince < from) storage.set(KEY, String(Math.min(from, heldSince)));
      return;
    }
    if (since) {
      if (!isPresenting() || useConnection().state !== 'live') return;
      reportHeldBack(Number(since));
      storage.set(KEY, '');
    }
    heldByKey.clear();
    quietHours = null;
    lastOutsideQuietHours = Date.now();
  }

  /** Starts a session. Returns a function that stops it. */
  function start(presenting: () => boolean): () => void {
    heldByKey.clear();
    quietHours = null;
    lastOutsideQuietHours = undefined;
    isPresenting = presenting;
    return watch([() => useClock().now, () => store.preferences], () => check(), { immediate: true });
  }

  return {
    ...{ applyQuietHours, notify, check, start },
    mayReportGap: (feed: string): boolean => mayReportGap(store.preferences, feed),
  };
});
