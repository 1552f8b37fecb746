import { Failure } from '@tocsin/tools/failure';
import { HttpLane, postRequest, type HttpResponse } from '../harness/http-lane.ts';
import { textOf } from '../harness/message-numbers.ts';
import type { Peer } from '../peers/peer.ts';
import { FEED } from './clients/clients.ts';

export const isAccepted = (status: number): boolean => status === 200 || status === 202;

interface PublishOptions {
  /** Index of the connection. Defaults to the first. */
  lane?: number;
  /** The feed for all messages, or a function that returns the feed for each index in `numbers`. */
  feed?: string | ((index: number) => string);
}

/** Publishes to a peer, using a persistent connection for each request in flight. */
export class Publisher {
  readonly #peer: Peer;
  readonly #payload: number;
  readonly #lanes: readonly { lane: HttpLane; url: string }[];

  private constructor(peer: Peer, payload: number, lanes: readonly { lane: HttpLane; url: string }[]) {
    this.#peer = peer;
    this.#payload = payload;
    this.#lanes = lanes;
  }

  static async open(peer: Peer, lanes: number, payload: number): Promise<Publisher> {
    const urls = Array.from(
      { length: lanes },
      (_, i) => peer.publishUrls[i % peer.publishUrls.length] as string,
    );
    return new Publisher(
      peer,
      payload,
      await Promise.all(urls.map(async (url) => ({ url, lane: await HttpLane.open(url) }))),
    );
  }

  /** Resolves when the peer has accepted the messages. @throws Failure if it doesn't */
  async publish(numbers: readonly number[], options: PublishOptions = {}): Promise<void> {
    const { status, body } = await this.offer(numbers, options);
    if (!isAccepted(status)) throw new Failure(`${this.#peer.name} returned ${status}: ${body}`);
  }

  /** Like `publish`, but returns the peer's response, whatever its status. */
  async offer(numbers: readonly number[], options: PublishOptions = {}): Promise<HttpResponse> {
    const { lane: index = 0, feed = FEED } = options;
    const feedAt = typeof feed === 'string' ? () => feed : feed;
    const { lane, url } = this.#lanes[index] as { lane: HttpLane; url: string };
    const messages = numbers.map((n, index) => ({ feed: feedAt(index), text: textOf(n, this.#payload) }));
    const { body, path, headers } = this.#peer.requestFor(messages);
    return lane.send(postRequest(path === undefined ? url : new URL(path, url).href, body, headers));
  }

  /** Runs `work` once per connection, all at the same time. */
  async onEachLane(work: (lane: number) => Promise<void>): Promise<void> {
    await Promise.all(this.#lanes.map((_, lane) => work(lane)));
  }

  close(): void {
    for (const { lane } of this.#lanes) lane.close();
  }
}
