import { findMarks } from './marks.ts';
import { untilComplete } from './until-complete.ts';

export interface ArrivalsOptions {
  /** How many clients each message goes to. */
  clients: number;
  /** Number of the first message; older ones belong to another work. */
  first: number;
  /** Called for each client that receives a message for the first time. */
  onArrival?: (n: number, client: number) => void;
  /** Called when a message has reached all whom it had to. */
  onComplete?: (n: number) => void;
}

/** An account of which client has received which message. */
export class Arrivals {
  readonly #options: ArrivalsOptions;
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
    this.#seen = Array.from({ length: options.clients }, () => new Uint8Array(1_024));
  }

  /** Processes a message to a client. */
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
    if (count !== this.#options.clients) return;
    this.complete++;
    this.#options.onComplete?.(n);
  }

  /**
   * Resolves when `count` messages have reached all whom they had to, once.
   * @throws Failure after `timeoutMs` without any arrival, or when one came twice
   */
  async all(count: number, timeoutMs: number): Promise<void> {
    const { clients } = this.#options;
    await untilComplete(
      {
        arrived: () => this.#total,
        missing: () =>
          this.complete < count
            ? `${count - this.complete} of ${count} messages did not reach all ${clients} clients.`
            : undefined,
        wrong: () => (this.doubled > 0 ? `${this.doubled} messages came twice.` : undefined),
      },
      timeoutMs,
    );
  }
}
