import { Failure } from '@tocsin/tools/failure';
import { forEachMessageNumber } from './message-numbers.ts';
import { untilComplete } from './until-complete.ts';

interface ExpectedMessage {
  /** Maps each client that must receive the message to its index in `seen`. */
  indexes: ReadonlyMap<number, number>;
  /** 1 at the index of each client that has received the message, otherwise 0. */
  seen: Uint8Array;
  left: number;
}

/** Checks messages on many feeds. Each message must reach every subscriber to the feed once, and no other client. */
export class Deliveries {
  readonly #first: number;
  readonly #onComplete: ((n: number) => void) | undefined;
  /** Maps each feed to its subscribers and their indexes. */
  readonly #feeds = new Map<string, Map<number, number>>();
  /** The expected messages, ordered by number. */
  readonly #expected: (ExpectedMessage | undefined)[] = [];
  #count = 0;
  #complete = 0;
  #arrived = 0;
  #duplicates = 0;
  #strayed = 0;

  /**
   * `feedsOf` lists each client's feeds. `first` is the first message's number: lower numbers belong to an earlier
   * workload.
   */
  constructor(feedsOf: readonly (readonly string[])[], first: number, onComplete?: (n: number) => void) {
    this.#first = first;
    this.#onComplete = onComplete;
    feedsOf.forEach((feeds, client) => feeds.forEach((feed) => this.#watch(feed, client)));
  }

  get feeds(): string[] {
    return [...this.#feeds.keys()];
  }

  /** Call before message `n` is published to `feed`. @throws Error if no client is subscribed to the feed */
  expect(n: number, feed: string): void {
    const indexes = this.#feeds.get(feed);
    if (!indexes) throw new Error(`No client is subscribed to ${feed}.`);
    this.#expected[n - this.#first] = { indexes, seen: new Uint8Array(indexes.size), left: indexes.size };
    this.#count++;
  }

  /** Records that a client has received the messages in `data`. */
  take(client: number, data: Buffer): void {
    forEachMessageNumber(data, (n) => this.#take(client, n));
  }

  /** @throws Failure if a message arrived twice, or reached a client that isn't subscribed to the feed */
  check(): void {
    const fault = this.#findFault();
    if (fault !== undefined) throw new Failure(fault);
  }

  /**
   * Resolves when each message has reached every subscriber to the feed once.
   * @throws Failure if no messages arrive for `timeoutMs`, or a message arrives twice or reaches the wrong client
   */
  async all(timeoutMs: number): Promise<void> {
    const missing = () =>
      this.#complete < this.#count
        ? `${this.#count - this.#complete} of ${this.#count} messages did not reach all subscribers of their feed.`
        : undefined;
    await untilComplete({ arrived: () => this.#arrived, missing, error: () => this.#findFault() }, timeoutMs);
  }

  #findFault(): string | undefined {
    if (this.#duplicates > 0) return `Messages that arrived twice: ${this.#duplicates}.`;
    return this.#strayed > 0
      ? `Messages that reached clients without a subscription to their feed: ${this.#strayed}.`
      : undefined;
  }

  #watch(feed: string, client: number): void {
    const indexes = this.#feeds.get(feed) ?? new Map<number, number>();
    this.#feeds.set(feed, indexes.set(client, indexes.size));
  }

  #take(client: number, n: number): void {
    if (n < this.#first) return;
    const expected = this.#expected[n - this.#first];
    const index = expected?.indexes.get(client);
    if (!expected || index === undefined) {
      this.#strayed++;
      return;
    }
    if (expected.seen[index] === 1) {
      this.#duplicates++;
      return;
    }
    expected.seen[index] = 1;
    this.#arrived++;
    if (--expected.left > 0) return;
    this.#complete++;
    this.#onComplete?.(n);
  }
}
