import { Failure } from '@tocsin/tools/failure';
import { findMarks } from './marks.ts';
import { untilComplete } from './until-complete.ts';

interface Expected {
  /** The place of each client that it goes to. */
  places: ReadonlyMap<number, number>;
  /** By place: 1 if it has arrived there. */
  seen: Uint8Array;
  left: number;
}

/** An account of messages of many feeds: each goes once to every client that watches its feed, and to no other. */
export class Deliveries {
  readonly #first: number;
  readonly #onComplete: ((n: number) => void) | undefined;
  /** By feed the clients that watch it, with a place for each. */
  readonly #feeds = new Map<string, Map<number, number>>();
  /** Messages by number, counted from the first. */
  readonly #expected: (Expected | undefined)[] = [];
  #count = 0;
  #complete = 0;
  #arrived = 0;
  #doubled = 0;
  #strayed = 0;

  /**
   * @param feedsOf the feeds of each client @param first number of the first message; older ones belong to
   * another work
   */
  constructor(feedsOf: readonly (readonly string[])[], first: number, onComplete?: (n: number) => void) {
    this.#first = first;
    this.#onComplete = onComplete;
    feedsOf.forEach((feeds, client) => feeds.forEach((feed) => this.#watch(feed, client)));
  }

  get feeds(): string[] {
    return [...this.#feeds.keys()];
  }

  /** To be called before message `n` is published to `feed`. @throws Error if no client watches the feed */
  expect(n: number, feed: string): void {
    const places = this.#feeds.get(feed);
    if (!places) throw new Error(`No client watches ${feed}.`);
    this.#expected[n - this.#first] = { places, seen: new Uint8Array(places.size), left: places.size };
    this.#count++;
  }

  /** Processes a message to a client. */
  take(client: number, data: Buffer): void {
    findMarks(data, (n) => this.#take(client, n));
  }

  /** @throws Failure if a message came twice, or to a client that does not watch its feed */
  check(): void {
    const wrong = this.#wrong();
    if (wrong !== undefined) throw new Failure(wrong);
  }

  /**
   * Resolves when all messages have reached all whom they had to, once.
   * @throws Failure after `timeoutMs` without any arrival, or when one came twice or to another client
   */
  async all(timeoutMs: number): Promise<void> {
    const missing = () =>
      this.#complete < this.#count
        ? `${this.#count - this.#complete} of ${this.#count} messages did not reach all that watch their feed.`
        : undefined;
    await untilComplete({ arrived: () => this.#arrived, missing, wrong: () => this.#wrong() }, timeoutMs);
  }

  #wrong(): string | undefined {
    if (this.#doubled > 0) return `${this.#doubled} messages came twice.`;
    return this.#strayed > 0
      ? `${this.#strayed} messages came to clients that do not watch their feed.`
      : undefined;
  }

  #watch(feed: string, client: number): void {
    const places = this.#feeds.get(feed) ?? new Map<number, number>();
    this.#feeds.set(feed, places.set(client, places.size));
  }

  #take(client: number, n: number): void {
    if (n < this.#first) return;
    const expected = this.#expected[n - this.#first];
    const place = expected?.places.get(client);
    if (!expected || place === undefined) {
      this.#strayed++;
      return;
    }
    if (expected.seen[place] === 1) {
      this.#doubled++;
      return;
    }
    expected.seen[place] = 1;
    this.#arrived++;
    if (--expected.left > 0) return;
    this.#complete++;
    this.#onComplete?.(n);
  }
}
