import type { Announcement } from '@tocsin/contracts';
import type { Announcer } from '../produce/index.ts';

/** Announcements kept in order, and handed to `listener` if there is one. */
export class MemoryAnnouncer implements Announcer {
  readonly announcements: Announcement[] = [];
  readonly #listener: ((announcement: Announcement) => Promise<void>) | undefined;

  constructor(listener?: (announcement: Announcement) => Promise<void>) {
    this.#listener = listener;
  }

  async announce(announcement: Announcement): Promise<void> {
    this.announcements.push(announcement);
    await this.#listener?.(announcement);
  }
}
