import { LRUCache } from 'lru-cache';

const MAX_SENDERS = 1_000;

/** Notices missed broadcasts based on each sender's own count. */
export class MissedBroadcasts {
  readonly #counts = new LRUCache<string, number>({ max: MAX_SENDERS });

  /**
   * Call with the sender's count for each received broadcast. Returns whether earlier broadcasts from this sender were
   * missed. A new sender's earlier broadcasts don't count as missed since this process could have started later.
   */
  receive(sender: string, count: number): boolean {
    const last = this.#counts.get(sender) ?? count - 1;
    this.#counts.set(sender, Math.max(last, count));
    return count > last + 1;
  }
}
