import { COMPONENTS, TOPICS, entryKey, type Announcement } from '@tocsin/contracts';
import { withSpans, type Sidecar } from '@tocsin/service';
import type { Announcer } from '../produce/index.ts';

/** Announcements as events of Dapr's pub/sub. */
export class DaprAnnouncer implements Announcer {
  readonly #sidecar: Sidecar;

  constructor(sidecar: Sidecar) {
    this.#sidecar = sidecar;
  }

  async announce(announcement: Announcement): Promise<void> {
    const attributes = { 'tocsin.feed': announcement.feed, 'tocsin.entry': entryKey(announcement) };
    await withSpans('announce', announcement, attributes, () =>
      this.#sidecar.publish(COMPONENTS.pubsub, TOPICS.announcements, announcement),
    );
  }
}
