import type { Checkpoint, Head } from '@tocsin/contracts';
import { newEpoch } from '../../../src/feed/position.ts';

/** An unacknowledged announcement in the stream. */
export interface WalkAnnouncement {
  run: string;
  seq: number;
  expiresAt: string;
  deliveries: number;
  /** Number of deliveries in progress. */
  deliveriesInProgress: number;
}

/** A walk's Redis. Values are immutable, so copying the maps makes a full copy. */
export class Store {
  origin: string | undefined;
  head: { head: Head; etag: number } | undefined;
  checkpoint: { checkpoint: Checkpoint; etag: number } | undefined;
  documents = new Map<string, unknown>();
  entries = new Map<string, { text: string; storedAt: number }>();
  stream: WalkAnnouncement[] = [];
  dead: WalkAnnouncement[] = [];
  setAside = new Map<string, string>();

  /** Returns the store's first epoch. The first call creates it. */
  firstEpoch(now: number): string {
    return (this.origin ??= newEpoch(now));
  }

  copy(): Store {
    const copy = new Store();
    copy.origin = this.origin;
    copy.head = this.head;
    copy.checkpoint = this.checkpoint;
    copy.documents = new Map(this.documents);
    copy.entries = new Map(this.entries);
    copy.stream = this.stream.map((announcement) => ({ ...announcement, deliveriesInProgress: 0 }));
    copy.dead = this.dead.map((announcement) => ({ ...announcement, deliveriesInProgress: 0 }));
    return copy;
  }
}
