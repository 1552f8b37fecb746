import { LRUCache } from 'lru-cache';

const MAX_SENDERS = 1_000;

/** Detects missed broadcasts by the numbers that each sender assigns to its broadcasts. */
export class MissedBroadcasts {
  readonly #lastNumbers = new LRUCache<string, number>({ max: MAX_SENDERS });

  /**
   * Call with the sender and number of each received broadcast. Returns whether earlier broadcasts from this sender
   * were missed. A new sender's earlier broadcasts don't count as missed since this process could have started later.
   */
  receive(sender: string, number: number): boolean {
    const last = this.#lastNumbers.get(sender) ?? number - 1;
    this.#lastNumbers.set(sender, Math.max(last, number));
    return number > last + 1;
  }
}
