import { setTimeout as delay } from 'node:timers/promises';
import { Failure } from '../../failure.ts';
import { findMarks } from './marks.ts';

export interface ArrivalsOptions {
  /** How many clients each message goes to, or which part of all. */
  clients: number;
  /** Number of the first message; what is older belongs to another work. */
  first: number;
  /** Clients that have to receive each message; default all. */
  each?: number;
  /** Called for each client that receives a message for the first time. */
  onArrival?: (n: number, client: number) => void;
  /** Called when a message has reached all whom it had to. */
  onComplete?: (n: number) => void;
}

/** An account of which client has received which message. */
export class Arrivals {
  readonly #options: ArrivalsOptions;
  readonly #each: number;
  /** By client and message: 1 if it has arrived. */
  readonly #seen: Uint8Array[];
  readonly #counts: number[] = [];
  /** Messages that have reached all whom they had to. */
  complete = 0;
  #total = 0;
  /** Messages that came to a client again. */
  doubled = 0;

  constructor(options: ArrivalsOptions) {
    this.#options = options;
    this.#each = options.each ?? options.clients;
    this.#seen = Array.from({ length: options.clients }, () => new Uint8Array(1_024));
  }

  /** Takes what a client was sent. */
  take(client: number, data: Buffer): void {
    findMarks(data, (n) => this.#arrived(client, n - this.#options.first));
  }

  #arrived(client: number, index: number): void {
    if (index < 0) return;
    let seen = this.#seen[client] as Uint8Array;
    if (index >= seen.length) {
      const longer = new Uint8Array(Math.max(2 * seen.length, index + 1));
      longer.set(seen);
      this.#seen[client] = seen = longer;
    }
    if (seen[index] === 1) {
      this.doubled++;
      return;
    }
    seen[index] = 1;
    this.#total++;
    const count = (this.#counts[index] ?? 0) + 1;
    this.#counts[index] = count;
    const n = index + this.#options.first;
    this.#options.onArrival?.(n, client);
    if (count !== this.#each) return;
    this.complete++;
    this.#options.onComplete?.(n);
  }

  /**
   * Resolves when `count` messages have reached all whom they had to, once.
   * @throws Failure after `timeoutMs` without any arrival, or when one came twice
   */
  async all(count: number, timeoutMs: number): Promise<void> {
    let end = Date.now() + timeoutMs;
    let before = -1;
    while (this.complete < count) {
      const now = this.#total;
      if (now !== before) end = Date.now() + timeoutMs;
      else if (Date.now() > end) {
        throw new Failure(
          `${count - this.complete} of ${count} messages did not reach all ${this.#each} clients.`,
        );
      }
      before = now;
      // Close enough for a rate over seconds, and rare enough to cost nothing.
      await delay(2);
    }
    if (this.doubled > 0) throw new Failure(`${this.doubled} messages came twice.`);
  }
}
