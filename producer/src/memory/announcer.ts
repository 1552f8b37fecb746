import type { PartitionAnnouncement } from '@tocsin/contracts';
import type { Announcer } from '../produce/ports.ts';

/** Records announcements and passes them to the listener, if any. */
export class MemoryAnnouncer implements Announcer {
  readonly announcements: PartitionAnnouncement[] = [];
  readonly #listener: ((announcement: PartitionAnnouncement) => Promise<void>) | undefined;

  constructor(listener?: (announcement: PartitionAnnouncement) => Promise<void>) {
    this.#listener = listener;
  }

  async announce(announcement: PartitionAnnouncement): Promise<void> {
    this.announcements.push(announcement);
    await this.#listener?.(announcement);
  }
}
