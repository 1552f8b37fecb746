import type { Head } from '@tocsin/contracts';

/** An announcement in the stream, until it is acknowledged. */
export interface Doorbell {
  run: string;
  seq: number;
  expiresAt: string;
  deliveries: number;
  /** Deliveries under way. */
  holders: number;
}

/** What the one Redis of a walk holds. Values are immutable, so a copy of the maps is a copy of all. */
export class Store {
  head: { head: Head; etag: number } | undefined;
  documents = new Map<string, unknown>();
  entries = new Map<string, { text: string; born: number }>();
  stream: Doorbell[] = [];
  dead: Doorbell[] = [];
  setAside = new Map<string, string>();

  copy(): Store {
    const copy = new Store();
    copy.head = this.head;
    copy.documents = new Map(this.documents);
    copy.entries = new Map(this.entries);
    copy.stream = this.stream.map((bell) => ({ ...bell, holders: 0 }));
    copy.dead = this.dead.map((bell) => ({ ...bell, holders: 0 }));
    return copy;
  }
}
