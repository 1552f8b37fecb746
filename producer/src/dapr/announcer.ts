import { COMPONENTS, TOPICS, type Announcement } from '@tocsin/contracts';
import { withTrace, type Sidecar } from '@tocsin/service';
import type { Announcer } from '../produce/index.ts';

/** Announcements as events of Dapr's pub/sub. */
export class DaprAnnouncer implements Announcer {
  readonly #sidecar: Sidecar;

  constructor(sidecar: Sidecar) {
    this.#sidecar = sidecar;
  }

  async announce(announcement: Announcement): Promise<void> {
    await withTrace(announcement.traceparent, () =>
      this.#sidecar.publish(COMPONENTS.pubsub, TOPICS.announcements, announcement),
    );
  }
}
