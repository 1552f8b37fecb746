import {
  MAX_BACKLOG_BYTES,
  type Page,
  type Position,
  type PositionEvent,
  type PublicationsEvent,
} from '@tocsin/contracts';
import { encodeEventPayload, encodePage } from '../recover/page/encoded.ts';
import type { SocketData } from './socket-data.ts';
import { TokenExpiry } from './token-expiry.ts';
import { streamId } from './stream-id.ts';
import { Subscriptions, type EndReason, type SubscriptionDependencies } from './subscriptions.ts';

/** A stream's output. */
export interface StreamSink {
  write(text: string): void;
  /** Bytes that are buffered in this process because the peer hasn't read them yet. */
  readonly waiting: number;
  /** True while the buffer is full and the writer should pause. */
  readonly isFull: boolean;
  /** Calls `listener` once, when the sink is no longer full or is closed. */
  onceDrained(listener: () => void): void;
  /** Ends the stream after sending the buffered data. */
  end(): void;
  /** Ends the stream immediately and drops the buffered data. */
  abort(): void;
}

export interface EventStreamOptions extends SubscriptionDependencies {
  sink: StreamSink;
  bearer: SocketData;
  /** The feeds and, if known, the reader's position in each. */
  feeds: ReadonlyMap<string, Position | undefined>;
  now: () => number;
  onEnded: (reason: EndReason) => void;
  /** Called when a feed cannot be read. The stream retries. */
  onError: (feed: string, error: unknown) => void;
}

interface FollowedFeed {
  position: Position | undefined;
  /** True once the feed's first page has been sent. */
  isAnswered: boolean;
}

const RETRY_MS = 1_000;

/**
 * A reader's feeds as server-sent events. Publications are sent in order and without gaps, so the event id can contain
 * the reader's positions. If new publications don't directly follow the last sent publication, the stream reads the
 * feed instead. A slow reader only gets the next page after reading the previous page, so at most one page is buffered.
 */
export class EventStream {
  readonly #options: EventStreamOptions;
  readonly #subscriptions: Subscriptions;
  readonly #tokenExpiry: TokenExpiry;
  readonly #feeds = new Map<string, FollowedFeed>();
  /** Queue of feeds to read. */
  readonly #behind = new Set<string>();
  /** Feeds that could not be read and are waiting for a retry. */
  readonly #retrying = new Set<string>();
  #reading: string | undefined;
  #isPumping = false;
  #isOver = false;

  constructor(options: EventStreamOptions) {
    this.#options = options;
    this.#subscriptions = new Subscriptions(options);
    for (const [feed, position] of options.feeds) this.#feeds.set(feed, { position, isAnswered: false });
    this.#tokenExpiry = new TokenExpiry({
      now: options.now,
      expiring: (event) => this.#write('token-expiring', JSON.stringify(event)),
      expired: () => this.end('token_expired', 'the token has expired; reconnect with a new one'),
    });
  }

  get reader(): string {
    return this.#options.bearer.reader;
  }

  get feeds(): Iterable<string> {
    return this.#feeds.keys();
  }

  get identity(): SocketData['identity'] {
    return this.#options.bearer.identity;
  }

  /** Starts the stream: watches each feed, then reads it. */
  open(retryMs: number): void {
    this.#options.sink.write(`retry: ${retryMs}\n\n`);
    if (this.identity) this.#tokenExpiry.watch(this.identity);
    for (const feed of this.#feeds.keys()) {
      this.#subscriptions.add(feed);
      this.#behind.add(feed);
    }
    void this.#pump();
  }

  /**
   * Handles new publications. `json` returns the encoded event. It is only called if the reader needs the entire event.
   */
  publications(event: PublicationsEvent, json: () => string): void {
    const position = this.#positionToContinueFrom(event.feed);
    if (!position) return;
    const unsent = event.publications.filter(({ offset }) => offset > position.offset);
    const [first] = unsent;
    if (event.epoch !== position.epoch) return this.#markBehind(event.feed);
    if (!first) return;
    if (first.offset !== position.offset + 1 || this.#options.sink.isFull)
      return this.#markBehind(event.feed);
    const isWhole = unsent.length === event.publications.length;
    this.#advance(event.feed, { epoch: event.epoch, offset: unsent.at(-1)?.offset ?? position.offset });
    this.#write(
      'publications',
      isWhole ? json() : encodeEventPayload({ ...event, publications: unsent }),
      true,
    );
  }

  /** Handles a feed's current position. If the reader is behind, reads the feed. Otherwise, sends the position. */
  position({ feed, epoch, offset }: PositionEvent): void {
    const position = this.#positionToContinueFrom(feed);
    if (!position) return;
    if (epoch !== position.epoch || offset > position.offset) return this.#markBehind(feed);
    if (!this.#options.sink.isFull) this.#write('position', JSON.stringify({ feed, ...position }));
  }

  /** Sends an event that doesn't change any position. */
  send(name: string, json: string): void {
    this.#write(name, json);
  }

  /** Sends a heartbeat. It keeps the connection alive and shows the reader that the stream still works. */
  heartbeat(): void {
    if (!this.#isOver && !this.#options.sink.isFull) this.#options.sink.write(':\n\n');
  }

  /** Sends the reason and ends the stream. */
  end(code: Exclude<EndReason, 'not_reading'>, message: string): void {
    if (this.#isOver) return;
    this.#write('closing', JSON.stringify({ code, message }));
    this.#options.onEnded(code);
    this.close();
    this.#options.sink.end();
  }

  /** Asks the reader to connect to another instance, and ends the stream after `reconnectAfterMs`. */
  drain(reconnectAfterMs: number): void {
    if (this.#isOver) return;
    this.#write('draining', JSON.stringify({ reconnectAfterMs }));
    setTimeout(() => this.endSilently(), reconnectAfterMs).unref();
  }

  /**
   * Ends the stream immediately because the reader stopped reading. Also closes the connection if the stream has
   * already ended.
   */
  abort(): void {
    if (!this.#isOver) this.#options.onEnded('not_reading');
    this.close();
    this.#options.sink.abort();
  }

  /** Ends the stream without sending a reason. */
  endSilently(): void {
    this.close();
    this.#options.sink.end();
  }

  /** Ends the subscriptions and the token timer, and stops sending. */
  close(): void {
    this.#isOver = true;
    this.#tokenExpiry.stop();
    this.#subscriptions.close();
    this.#behind.clear();
  }

  /**
   * Returns the reader's position in the feed if new publications can be sent directly after it. Returns `undefined` if
   * this stream doesn't have the feed, or if the feed must be read first.
   */
  #positionToContinueFrom(feed: string): Position | undefined {
    if (this.#behind.has(feed) || this.#retrying.has(feed)) return undefined;
    const followed = this.#feeds.get(feed);
    if (this.#reading !== feed && followed?.isAnswered) return followed.position;
    if (followed) this.#markBehind(feed);
    return undefined;
  }

  #markBehind(feed: string): void {
    if (this.#isOver) return;
    this.#behind.add(feed);
    void this.#pump();
  }

  async #pump(): Promise<void> {
    if (this.#isPumping) return;
    this.#isPumping = true;
    for (;;) {
      if (this.#options.sink.isFull)
        await new Promise<void>((resolve) => this.#options.sink.onceDrained(resolve));
      const [feed] = this.#behind;
      if (feed === undefined || this.#isOver) break;
      this.#behind.delete(feed);
      this.#reading = feed;
      try {
        await this.#read(feed);
      } catch (error) {
        this.#fail(feed, error);
      }
      this.#reading = undefined;
    }
    this.#isPumping = false;
  }

  async #read(feed: string): Promise<void> {
    const { position, isAnswered } = this.#feeds.get(feed) as FollowedFeed;
    const page = isAnswered
      ? await this.#subscriptions.read(feed, position)
      : await this.#subscriptions.answer(feed, position);
    if (this.#isOver) return;
    const { epoch, offset, publications, recovered, more } = page;
    this.#advance(feed, { epoch, offset });
    if (!isAnswered || !recovered) this.#write('subscribed', encodePage(page), true);
    else if (publications.length > 0) this.#write('publications', encodeUpdate(page), true);
    if (more) this.#behind.add(feed);
  }

  #fail(feed: string, error: unknown): void {
    this.#options.onError(feed, error);
    const message = 'the feed cannot be read right now; retrying';
    this.#write('unavailable', JSON.stringify({ feed, message }));
    this.#retrying.add(feed);
    setTimeout(() => {
      this.#retrying.delete(feed);
      this.#markBehind(feed);
    }, RETRY_MS).unref();
  }

  #advance(feed: string, position: Position): void {
    this.#feeds.set(feed, { position, isAnswered: true });
  }

  #write(name: string, json: string, hasId = false): void {
    if (this.#isOver) return;
    const id = hasId ? `id: ${streamId(this.#positions())}\n` : '';
    const text = `event: ${name}\n${id}data: ${json}\n\n`;
    if (this.#options.sink.waiting + text.length > MAX_BACKLOG_BYTES) this.abort();
    else this.#options.sink.write(text);
  }

  *#positions(): Iterable<[string, Position]> {
    for (const [feed, { position }] of this.#feeds) if (position) yield [feed, position];
  }
}

const encodeUpdate = ({ feed, epoch, publications }: Page): string =>
  encodeEventPayload({ feed, epoch, publications });
