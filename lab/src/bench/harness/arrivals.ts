import { forEachMessageNumber } from './message-numbers.ts';
import { untilComplete } from './until-complete.ts';

export interface ArrivalsOptions {
  /** Number of clients that receive each message. */
  clients: number;
  /** The first message's number. Lower numbers belong to an earlier workload. */
  first: number;
  /** Called when a client receives a message, but not for duplicates. */
  onArrival?: (n: number, client: number) => void;
  /** Called when a message has reached all clients. */
  onComplete?: (n: number) => void;
}

/** Records which client has received which message. */
export class Arrivals {
  readonly #options: ArrivalsOptions;
  /** For each client and message: 1 if the client has received the message. */
  readonly #seen: Uint8Array[];
  readonly #counts: number[] = [];
  /** Number of messages that have reached all clients. */
  complete = 0;
  #total = 0;
  /** Number of messages that reached a client more than once. */
  duplicates = 0;

  constructor(options: ArrivalsOptions) {
    this.#options = options;
    this.#seen = Array.from({ length: options.clients }, () => new Uint8Array(1_024));
  }

  /** Records that a client has received the messages in `data`. */
  take(client: number, data: Buffer): void {
    forEachMessageNumber(data, (n) => this.#arrived(client, n - this.#options.first));
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
      this.duplicates++;
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
   * Resolves when all `count` messages have reached every client once.
   * @throws Failure if no messages arrive for `timeoutMs`, or a message arrives twice
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
        error: () => (this.duplicates > 0 ? `Messages that arrived twice: ${this.duplicates}.` : undefined),
      },
      timeoutMs,
    );
  }
}
