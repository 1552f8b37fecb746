import type { LivePublication, Page } from '@tocsin/contracts';
import { useItems } from './items.ts';

const livePublications = ({ publications }: Pick<Page, 'publications'>): LivePublication[] =>
  publications.filter((publication): publication is LivePublication => publication.notification !== null);

/** Adds a page loaded over REST to the list. Doesn't change the client's position in the feed. */
export function addPage(feed: string, page: Page): void {
  const notifications = useItems();
  const gone = page.publications.flatMap((p) => (p.notification === null ? [p.id] : []));
  if (gone.length > 0) notifications.remove(feed, gone);
  const before = page.publications[0]?.offset ?? 1;
  if (before > 1) notifications.older.set(feed, { epoch: page.epoch, before });
  else notifications.older.delete(feed);
  // Must come last: `add` sets `older` if it drops the oldest items.
  notifications.add(feed, { epoch: page.epoch, publications: livePublications(page) });
}
