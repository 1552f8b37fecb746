import type { Position, PositionEvent, PublicationsEvent, RetractedEvent } from '@tocsin/contracts';
import type { Revocations } from '../auth/revocations.ts';
import type { ReaderEvent } from '../readers/events/reader-change.ts';
import { encodeEventPayload } from '../recover/page/encoded.ts';
import { EventStream, type StreamSink } from './event-stream.ts';
import type { SocketData } from './socket-data.ts';
import type { EndReason, SubscriptionDependencies } from './subscriptions.ts';

export interface EventStreamsOptions extends SubscriptionDependencies {
  revocations: Pick<Revocations, 'refuses' | 'onRevoked'> | undefined;
  now: () => number;
  heartbeatMs: number;
  onEnded: (reason: EndReason) => void;
  /** Called with the reader of a new stream, once the stream gets the reader's events. */
  onJoined: (reader: string) => void;
  onLeft: (reader: string) => void;
  /** Called when a feed cannot be read for a stream. The stream retries. */
  onError: (feed: string, error: unknown) => void;
}

/**
 * Readers reconnect after RETRY_MS plus a random part of RETRY_SPREAD_MS, so that not all of them reconnect at the same
 * time.
 */
const RETRY_MS = 1_000;
const RETRY_SPREAD_MS = 2_000;

/** An instance's server-sent event streams. */
export class EventStreams {
  readonly #options: EventStreamsOptions;
  readonly #all = new Set<EventStream>();
  readonly #byFeed = new Map<string, Set<EventStream>>();
  readonly #byReader = new Map<string, Set<EventStream>>();
  readonly #timer: NodeJS.Timeout;
  #isDraining = false;

  constructor(options: EventStreamsOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.#beat(), options.heartbeatMs).unref();
    options.revocations?.onRevoked(() => {
      for (const stream of this.#all) this.#endIfRevoked(stream);
    });
  }

  get size(): number {
    return this.#all.size;
  }

  /** True once the instance is stopping and accepts no more streams. */
  get isDraining(): boolean {
    return this.#isDraining;
  }

  /** Starts a stream of these feeds from the given positions. Callers must call `remove` when the sink closes. */
  add(sink: StreamSink, bearer: SocketData, feeds: ReadonlyMap<string, Position | undefined>): EventStream {
    const stream = new EventStream({ ...this.#options, sink, bearer, feeds });
    this.#all.add(stream);
    for (const feed of feeds.keys()) addTo(this.#byFeed, feed, stream);
    addTo(this.#byReader, bearer.reader, stream);
    this.#options.onJoined(bearer.reader);
    stream.open(Math.round(RETRY_MS + Math.random() * RETRY_SPREAD_MS));
    // The token could have been revoked since it was checked.
    this.#endIfRevoked(stream);
    return stream;
  }

  remove(stream: EventStream): void {
    stream.close();
    this.#all.delete(stream);
    for (const feed of stream.feeds) removeFrom(this.#byFeed, feed, stream);
    removeFrom(this.#byReader, stream.reader, stream);
    this.#options.onLeft(stream.reader);
  }

  publications(event: PublicationsEvent): void {
    let json: string | undefined;
    for (const stream of this.#byFeed.get(event.feed) ?? [])
      stream.publications(event, () => (json ??= encodeEventPayload(event)));
  }

  retracted(event: RetractedEvent): void {
    const json = JSON.stringify(event);
    for (const stream of this.#byFeed.get(event.feed) ?? []) stream.send('retracted', json);
  }

  position(event: PositionEvent): void {
    for (const stream of this.#byFeed.get(event.feed) ?? []) stream.position(event);
  }

  hasReader(reader: string): boolean {
    return this.#byReader.has(reader);
  }

  sendToReader({ reader, name, payload }: ReaderEvent): void {
    const json = JSON.stringify(payload);
    for (const stream of this.#byReader.get(reader) ?? []) stream.send(name, json);
  }

  /** Stops accepting streams, and ends open streams at random times within `ms` milliseconds. */
  drain(ms: number): void {
    this.#isDraining = true;
    for (const stream of this.#all) stream.drain(Math.round(Math.random() * ms));
  }

  stop(): void {
    clearInterval(this.#timer);
    for (const stream of this.#all) stream.endSilently();
  }

  #beat(): void {
    for (const stream of this.#all) stream.heartbeat();
  }

  #endIfRevoked(stream: EventStream): void {
    if (stream.identity && this.#options.revocations?.refuses(stream.identity))
      stream.end('token_revoked', 'the token was revoked; sign in again');
  }
}

function addTo(map: Map<string, Set<EventStream>>, key: string, stream: EventStream): void {
  map.set(key, (map.get(key) ?? new Set()).add(stream));
}

function removeFrom(map: Map<string, Set<EventStream>>, key: string, stream: EventStream): void {
  const streams = map.get(key);
  streams?.delete(stream);
  if (streams?.size === 0) map.delete(key);
}
