import { ClientError, searchNotifications } from '@tocsin/client';
import type { InboxState } from '@tocsin/contracts';
import { watch } from 'vue';
import { itemKey } from '../feeds/feed-log.ts';
import { useItems } from '../feeds/items.ts';
import { retry } from '../retry.ts';
import { useSource } from '../source.ts';

/** Maximum number of snoozes per reader. */
const LIMIT = 200;

/** For each session, the snoozes whose notifications have already been requested. */
const requestedIn = new WeakMap<object, Set<string>>();

/** Loads a feed's notifications that are back from a snooze but not loaded yet. Requests them once per session. */
export async function loadReturned(feed: string, { snoozed }: InboxState): Promise<void> {
  const notifications = useItems();
  const { session } = notifications;
  const requested = requestedIn.get(session) ?? new Set();
  requestedIn.set(session, requested);
  const loaded = new Set(notifications.all.map(({ key }) => key));
  const missing = snoozed
    .filter(({ due, archived }) => due && !archived)
    .map(({ id, until }) => ({ key: itemKey(feed, id), snooze: `${itemKey(feed, id)} ${until}` }))
    .filter(({ key, snooze }) => !loaded.has(key) && !requested.has(snooze));
  if (missing.length === 0) return;
  for (const { snooze } of missing) requested.add(snooze);
  const erasure = notifications.erasures.get(feed);
  const request = { feeds: [feed], state: 'returned', limit: LIMIT } as const;
  try {
    const { items } = await useSource().call((url, clientId, options) =>
      searchNotifications(url, clientId, request, options),
    );
    // The reader has changed, or the feed has been erased.
    if (session !== notifications.session || erasure !== notifications.erasures.get(feed)) return;
    for (const { epoch, offset, notification } of items)
      notifications.add(feed, { epoch, publications: [{ offset, notification }] });
  } catch (error) {
    // Forget these requests so that they can be retried.
    for (const { snooze } of missing) requested.delete(snooze);
    throw error;
  }
}

/** Like `loadReturned`, but retries temporary failures until the session ends. Logs errors instead of throwing them. */
export async function showReturned(feed: string, inbox: InboxState): Promise<void> {
  const end = new AbortController();
  const stopWatching = watch(
    () => useItems().session,
    () => end.abort(),
    { flush: 'sync' },
  );
  const onFailure = (error: unknown): boolean => {
    console.warn('Could not load notifications that are back from a snooze.', error);
    return error instanceof ClientError && !error.temporary;
  };
  await retry(() => loadReturned(feed, inbox), onFailure, end.signal);
  stopWatching();
}
