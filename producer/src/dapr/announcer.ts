import { COMPONENTS, TOPICS, partitionEntryKey, type PartitionAnnouncement } from '@tocsin/contracts';
import { withSpans, type Sidecar } from '@tocsin/service';
import type { Announcer } from '../produce/ports.ts';

export class DaprAnnouncer implements Announcer {
  readonly #sidecar: Sidecar;

  constructor(sidecar: Sidecar) {
    this.#sidecar = sidecar;
  }

  async announce(announcement: PartitionAnnouncement): Promise<void> {
    const attributes = { 'tocsin.entry': partitionEntryKey(announcement) };
    await withSpans('announce', announcement, attributes, () =>
      this.#sidecar.publish(COMPONENTS.pubsub, TOPICS.partitionAnnouncements, announcement),
    );
  }
}
