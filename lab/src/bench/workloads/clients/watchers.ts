import { Deliveries } from '../../harness/deliveries.ts';
import type { Peer } from '../../peers/peer.ts';
import { withClients } from './clients.ts';
import { cpuFigures, startCpu } from '../cpu.ts';
import { Publisher } from '../publisher.ts';
import type { Figures, WorkloadContext } from '../workload.ts';

/** Requests in flight while each feed receives its first message. */
const FIRST_IN_FLIGHT = 64;

/** The feeds that each client subscribes to, and the feed that each message goes to. */
export interface Audience {
  feedsOf: readonly (readonly string[])[];
  /** The feed of the message with this index. The first measured message has index 0. */
  feedOf: (index: number) => string;
}

/** Publishes messages to an audience's feeds, and records when each message has reached all subscribers. */
export class Watchers {
  readonly #peer: Peer;
  readonly #context: WorkloadContext;
  readonly #feedOf: (index: number) => string;
  readonly #deliveries: Deliveries;
  #taken = 0;
  /** When each message reached the last subscriber (`performance.now()`). */
  readonly #completeAt = new Map<number, number>();
  #lastAt = 0;

  constructor(peer: Peer, context: WorkloadContext, { feedsOf, feedOf }: Audience) {
    this.#peer = peer;
    this.#context = context;
    this.#feedOf = feedOf;
    this.#deliveries = new Deliveries(feedsOf, context.numbers.next, (n) => {
      this.#lastAt = performance.now();
      this.#completeAt.set(n, this.#lastAt);
    });
  }

  receive(client: number, message: Buffer): void {
    this.#deliveries.take(client, message);
  }

  /** Returns the next message to publish. From then on, the message counts as missing until it arrives. */
  next(): { n: number; feed: string } {
    return this.#take(this.#feedOf(this.#taken++));
  }

  /** Returns when a message reached all subscribers, or `undefined` if it hasn't yet. */
  completeAt(n: number): number | undefined {
    return this.#completeAt.get(n);
  }

  /** @throws Failure if a message arrived twice, or reached a client that isn't subscribed to the feed */
  check(): void {
    this.#deliveries.check();
  }

  /** Publishes a message to each feed, so that all feeds exist before the measurement. */
  async begin(): Promise<void> {
    const left = this.#deliveries.feeds;
    const next = () => {
      const feed = left.pop();
      return feed === undefined ? undefined : this.#take(feed);
    };
    await this.#withPublisher(FIRST_IN_FLIGHT, (publisher) => this.#publish(publisher, next));
  }

  /**
   * Publishes single messages as fast as the peer accepts them. Measures the delivery rate and the CPU time per
   * message, excluding the time to open connections. Each connection publishes at least one message.
   */
  async measure(inFlight: number): Promise<Figures> {
    const { sizes, signal } = this.#context;
    return this.#withPublisher(inFlight, async (publisher) => {
      const cpu = startCpu(this.#peer);
      const started = performance.now();
      const end = started + sizes.singlesSeconds * 1000;
      let leftToPublish = inFlight;
      const isOver = () => signal.aborted || (leftToPublish-- <= 0 && performance.now() >= end);
      const count = await this.#publish(publisher, () => (isOver() ? undefined : this.next()));
      return { rate: count / ((this.#lastAt - started) / 1000), ...cpuFigures(cpu(), count) };
    });
  }

  async #withPublisher<T>(inFlight: number, work: (publisher: Publisher) => Promise<T>): Promise<T> {
    const publisher = await Publisher.open(this.#peer, inFlight, this.#context.sizes.payload);
    try {
      return await work(publisher);
    } finally {
      publisher.close();
    }
  }

  /**
   * Publishes messages from `next` until it returns `undefined`, and waits until all have arrived. Returns the message
   * count.
   */
  async #publish(publisher: Publisher, next: () => { n: number; feed: string } | undefined): Promise<number> {
    let count = 0;
    await publisher.onEachLane(async (lane) => {
      for (let message = next(); message !== undefined; message = next()) {
        count++;
        await publisher.publish([message.n], { lane, feed: message.feed });
      }
    });
    await this.#deliveries.all(this.#context.sizes.patienceMs);
    return count;
  }

  #take(feed: string): { n: number; feed: string } {
    const n = this.#context.numbers.take();
    this.#deliveries.expect(n, feed);
    return { n, feed };
  }
}

/** Runs `work` with an audience's clients. @throws the errors of `withClients` and `work` */
export async function withWatchers<T>(
  peer: Peer,
  context: WorkloadContext,
  audience: Audience,
  work: (watchers: Watchers) => Promise<T>,
): Promise<T> {
  const watchers = new Watchers(peer, context, audience);
  const { feedsOf } = audience;
  const clients = {
    count: feedsOf.length,
    onMessage: (client: number, message: Buffer) => watchers.receive(client, message),
    feedOf: (client: number) => feedsOf[client]?.[0] as string,
    additionalFeedsOf: (client: number) => feedsOf[client]?.slice(1) ?? [],
  };
  return withClients(peer, clients, () => work(watchers));
}
