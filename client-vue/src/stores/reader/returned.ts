import { searchNotifications } from '@tocsin/client';
import type { InboxState } from '@tocsin/contracts';
import { itemKey } from '../feeds/feed-log.ts';
import { useItems } from '../feeds/items.ts';
import { useSource } from '../source.ts';

/** Maximum number of snoozes per reader. */
const LIMIT = 200;

const asked = new Set<string>();

/** Loads a feed's notifications that are back from a snooze and aren't loaded yet. Requests each one once. */
export async function loadReturned(feed: string, { snoozed }: InboxState): Promise<void> {
  const notifications = useItems();
  const loaded = new Set(notifications.all.map(({ key }) => key));
  const missing = snoozed
    .filter(({ due, archived }) => due && !archived)
    .map(({ id, until }) => ({ key: itemKey(feed, id), until }))
    .filter(({ key, until }) => !loaded.has(key) && !asked.has(`${key} ${until}`));
  if (missing.length === 0) return;
  for (const { key, until } of missing) asked.add(`${key} ${until}`);
  const request = { feeds: [feed], state: 'returned', limit: LIMIT } as const;
  const { items } = await useSource().ask((url, clientId, options) =>
    searchNotifications(url, clientId, request, options),
  );
  for (const { epoch, offset, notification } of items)
    notifications.add(feed, { epoch, publications: [{ offset, notification }] });
}
