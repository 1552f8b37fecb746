import { addPage } from './add-page.ts';
import { MAX_ITEMS, useItems } from './items.ts';
import { useSource } from '../source.ts';

export const canLoadOlder = (): boolean => {
  const { older, all } = useItems();
  return all.length < MAX_ITEMS && [...older.values()].some((cursor) => cursor !== 'dropped');
};

/** Loads the next older page for each feed that has more. Throws the same errors as `fetchPage`. */
export async function loadOlder(limit: number): Promise<void> {
  const notifications = useItems();
  const { session } = notifications;
  for (const [feed, cursor] of [...notifications.older]) {
    if (cursor === 'dropped') continue;
    const page = await useSource().page({ feed, epoch: cursor.epoch, before: cursor.before, limit });
    if (session !== notifications.session) return;
    // During the request, the feed was erased or its oldest items were dropped.
    if (notifications.older.get(feed) !== cursor) continue;
    if (!page.recovered) notifications.older.set(feed, 'dropped');
    else addPage(feed, page);
    if (!page.more && notifications.older.get(feed) !== 'dropped') notifications.older.delete(feed);
  }
}
