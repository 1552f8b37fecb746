import { createAdapter } from '@socket.io/redis-streams-adapter';
import { BROADCAST_STREAM } from '@tocsin/contracts';
import type { Logger } from '@tocsin/service';
import type { Adapter } from 'socket.io-adapter';
import { z } from 'zod';
import { TemporaryError } from '../deliver/errors.ts';
import type { Broadcast, Broadcaster } from '../deliver/ports.ts';
import { tapStreamsAdapter } from '../internals/streams-adapter.ts';
import type { ReaderChannel } from '../readers/ports.ts';
import { isReaderChange, type ReaderChange } from '../readers/events/reader-change.ts';
import { ByteWindow } from '../redis/byte-window.ts';
import type { RedisConnection } from '../redis/connection.ts';
import { MissedBroadcasts } from '../recover/views/missed-broadcasts.ts';

export interface RedisBroadcasterOptions {
  connection: RedisConnection;
  /** Maximum stream size in bytes; the oldest events are dropped first. */
  maxBytes: number;
  log: Logger;
}

/**
 * Number of events that the stream keeps for slow instances. An instance that misses events compares all its feeds with
 * their heads.
 */
const STREAM_LENGTH = 2_000;
/** Maximum event age (ms) in the stream, so that retracted or erased content is gone within a minute. */
const STREAM_AGE_MS = 30_000;
const TRIM_EVERY_MS = 5_000;
const PUBLICATIONS = 'publications';
const READER = 'reader';
/**
 * A publication's shape on the stream. The notification was checked before the commit; an instance only needs the
 * offset and the id.
 */
const publicationShape = z.looseObject({
  offset: z.int().min(1),
  notification: z.looseObject({ id: z.string() }).nullable(),
});

const eventShape = z.object({
  feed: z.string(),
  epoch: z.string(),
  publications: z.array(publicationShape),
  proof: z.string().optional(),
});

/** Also accepts event names from newer instances; this instance ignores changes with unknown names. */
const readerShape = z.object({
  reader: z.string(),
  name: z.string(),
  version: z.string(),
  feed: z.string().optional(),
});

const broadcastSchema = z.union([
  z.tuple([z.literal(PUBLICATIONS), z.union([eventShape, z.array(eventShape)])]),
  z.tuple([z.literal(READER), readerShape]),
]);

/**
 * Carries publications and changes to readers' documents over socket.io's Redis streams adapter. Events from other
 * instances go to listeners instead of sockets because each instance also keeps publications for recovery.
 */
export class RedisBroadcaster implements Broadcaster, ReaderChannel {
  readonly #options: RedisBroadcasterOptions;
  readonly #listeners: ((event: Broadcast) => void)[] = [];
  readonly #readerListeners: ((change: ReaderChange) => void)[] = [];
  readonly #gapListeners: (() => void)[] = [];
  readonly #missed = new MissedBroadcasts();
  readonly #window: ByteWindow;
  readonly #timer: NodeJS.Timeout;
  #add: ((event: readonly unknown[]) => Promise<void>) | undefined;

  constructor(options: RedisBroadcasterOptions) {
    this.#options = options;
    this.#window = new ByteWindow(options.maxBytes);
    this.#timer = setInterval(() => void this.#trimByAge(), TRIM_EVERY_MS).unref();
  }

  /**
   * Returns the constructor for this backplane's socket.io adapter. socket.io calls it with `new`, so it can't be an
   * arrow function.
   */
  createAdapter(): (namespace: unknown) => Adapter {
    const create = createAdapter(this.#options.connection.client, {
      streamName: BROADCAST_STREAM,
      maxLen: STREAM_LENGTH,
      onlyPlaintext: true,
    });
    const tap = (adapter: ReturnType<typeof create>): void => {
      this.#add = tapStreamsAdapter(adapter, {
        onMessage: (id, bytes) => {
          const keep = this.#window.add(id, bytes);
          if (keep !== undefined) this.#trimTo(keep);
        },
        onBroadcast: (data) => this.#receive(data),
        onCount: (sender, count) => {
          if (!this.#missed.receive(sender, count)) return;
          for (const listener of this.#gapListeners) listener();
        },
        onSkipped: (id, err) => this.#options.log.warn({ err, id }, 'skipped a message from the stream'),
      });
    };
    return function (namespace: unknown) {
      const adapter = create(namespace);
      tap(adapter);
      return adapter;
    };
  }

  onEvent(listener: (event: Broadcast) => void): void {
    this.#listeners.push(listener);
  }

  onGap(listener: () => void): void {
    this.#gapListeners.push(listener);
  }

  async broadcast(events: readonly Broadcast[]): Promise<void> {
    if (events.length === 0) return;
    // Version 0.1.0 doesn't understand arrays, so don't wrap single events in an array.
    await this.#publish(PUBLICATIONS, events.length === 1 ? (events[0] as object) : events);
    this.#emitPublications(events);
  }

  onChange(listener: (change: ReaderChange) => void): void {
    this.#readerListeners.push(listener);
  }

  async publish(change: ReaderChange): Promise<void> {
    await this.#publish(READER, change);
    this.#emitChange(change);
  }

  /** Stops trimming the stream. The connection's owner closes the connection. */
  stop(): void {
    clearInterval(this.#timer);
  }

  /** Resolves once the stream has stored the event; rejects if the outcome is unknown. */
  async #publish(name: string, event: object): Promise<void> {
    const { connection } = this.#options;
    if (!this.#add) throw new TemporaryError('the broadcaster has no gateway yet');
    connection.check();
    await connection.withTimeout(this.#add([name, event]), 'accept an event');
  }

  /** Trims by Redis's clock, since the ids contain that clock's time. */
  async #trimByAge(): Promise<void> {
    const { connection, log } = this.#options;
    const { client } = connection;
    try {
      connection.check();
      const since = (await connection.timeAt(BROADCAST_STREAM)) - STREAM_AGE_MS;
      this.#window.dropBefore(since);
      await connection.withTimeout(client.xTrim(BROADCAST_STREAM, 'MINID', since), 'trim a stream');
    } catch (err) {
      log.debug({ err }, 'cannot trim the stream of publications; retrying');
    }
  }

  #trimTo(id: string): void {
    const { connection, log } = this.#options;
    // node-redis would convert the id to a number and lose the part after the time.
    connection.client
      .sendCommand(['XTRIM', BROADCAST_STREAM, 'MINID', id])
      .catch((err: unknown) => log.debug({ err }, 'cannot trim the stream of publications'));
  }

  #receive(data: unknown): void {
    const parsed = broadcastSchema.safeParse(data);
    if (!parsed.success) {
      this.#options.log.warn({ err: parsed.error }, 'ignored an invalid event from the stream');
      return;
    }
    const [name, event] = parsed.data;
    if (name === PUBLICATIONS)
      this.#emitPublications((Array.isArray(event) ? event : [event]) as Broadcast[]);
    else if (isReaderChange(event)) this.#emitChange(event);
  }

  #emitPublications(events: readonly Broadcast[]): void {
    for (const event of events) for (const listener of this.#listeners) listener(event);
  }

  #emitChange(change: ReaderChange): void {
    for (const listener of this.#readerListeners) listener(change);
  }
}
