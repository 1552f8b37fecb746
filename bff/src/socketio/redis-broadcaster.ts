import { createAdapter } from '@socket.io/redis-streams-adapter';
import { BROADCAST_STREAM } from '@tocsin/contracts';
import type { Logger } from '@tocsin/service';
import { type ClusterAdapter, MessageType, type ClusterMessage } from 'socket.io-adapter';
import { z } from 'zod';
import { TemporaryError } from '../deliver/errors.ts';
import type { Broadcast, Broadcaster } from '../deliver/ports.ts';
import type { ReaderChannel } from '../readers/ports.ts';
import { isReaderChange, type ReaderChange } from '../readers/reader-change.ts';
import { ByteWindow } from '../redis/byte-window.ts';
import type { RedisConnection } from '../redis/connection.ts';

export interface RedisBroadcasterOptions {
  connection: RedisConnection;
  /** Bytes that the stream may hold; the oldest events go for the newest. */
  maxBytes: number;
  log: Logger;
}

/** Events that the stream keeps for slow instances; one that misses more compares itself with the heads. */
const STREAM_LENGTH = 2_000;
/**
 * Longest time that the stream keeps an event, in ms, so that retracted or erased content leaves it within a
 * minute.
 */
const STREAM_AGE_MS = 30_000;
const TRIM_EVERY_MS = 5_000;
const PUBLICATIONS = 'publications';
const READER = 'reader';
/**
 * The shape of an event on the stream. Its notifications were checked before the commit; an instance only
 * needs numeric offsets and something to show.
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

/** Includes events of newer instances, which this one ignores. */
const readerShape = z.object({
  reader: z.string(),
  name: z.string(),
  version: z.string(),
  feed: z.string().optional(),
});

const messageSchema = z.object({
  data: z.object({
    packet: z.object({
      data: z.union([
        z.tuple([z.literal(PUBLICATIONS), z.union([eventShape, z.array(eventShape)])]),
        z.tuple([z.literal(READER), readerShape]),
      ]),
    }),
  }),
});

/** The parts of the adapter that its types hide. */
interface AdapterInside {
  publishAndReturnOffset(message: object): Promise<unknown>;
  onRawMessage(message: { data?: string }, id: string): void;
  onMessage(message: ClusterMessage, id?: string): void;
}

/**
 * Carries publications and changes of readers over socket.io's Redis streams adapter. The adapter's own
 * `emit` swallows a failed XADD, so the event is published here and awaited. Events from other instances go
 * to the listeners and not straight to the sockets, because each instance also keeps them for recovery.
 */
export class RedisBroadcaster implements Broadcaster, ReaderChannel {
  readonly #options: RedisBroadcasterOptions;
  readonly #listeners: ((event: Broadcast) => void)[] = [];
  readonly #readerListeners: ((change: ReaderChange) => void)[] = [];
  readonly #held: ByteWindow;
  readonly #timer: NodeJS.Timeout;
  #adapter: AdapterInside | undefined;

  constructor(options: RedisBroadcasterOptions) {
    this.#options = options;
    this.#held = new ByteWindow(options.maxBytes);
    this.#timer = setInterval(() => void this.#trimByAge(), TRIM_EVERY_MS).unref();
  }

  /** The socket.io adapter of this backplane; socket.io calls it with `new`, so it is a function of its own. */
  createAdapter(): (namespace: unknown) => ClusterAdapter {
    const create = createAdapter(this.#options.connection.client, {
      streamName: BROADCAST_STREAM,
      maxLen: STREAM_LENGTH,
      onlyPlaintext: true,
    });
    const intercept = (adapter: ClusterAdapter) => this.#intercept(adapter);
    return function (namespace: unknown) {
      return intercept(create(namespace));
    };
  }

  onEvent(listener: (event: Broadcast) => void): void {
    this.#listeners.push(listener);
  }

  async broadcast(events: readonly Broadcast[]): Promise<void> {
    if (events.length === 0) return;
    // An instance of 0.1.0 understands a single one.
    await this.#publish(PUBLICATIONS, events.length === 1 ? (events[0] as object) : events);
    this.#hearPublications(events);
  }

  onChange(listener: (change: ReaderChange) => void): void {
    this.#readerListeners.push(listener);
  }

  async publish(change: ReaderChange): Promise<void> {
    await this.#publish(READER, change);
    this.#hearReader(change);
  }

  /** Ends the trimming of the stream; the connection is its owner's. */
  stop(): void {
    clearInterval(this.#timer);
  }

  /** Resolves when the stream has the event; rejects when that is not known. */
  async #publish(name: string, event: object): Promise<void> {
    const { connection } = this.#options;
    if (!this.#adapter) throw new TemporaryError('the broadcaster has no gateway yet');
    connection.check();
    const message = {
      type: MessageType.BROADCAST,
      data: {
        packet: { type: 2, data: [name, event], nsp: '/' },
        opts: { rooms: [], except: [], flags: {} },
      },
    };
    await connection.known(this.#adapter.publishAndReturnOffset(message), 'take an event');
  }

  /** By the clock of Redis, which is that of the ids. */
  async #trimByAge(): Promise<void> {
    const { connection, log } = this.#options;
    const { client } = connection;
    try {
      connection.check();
      const [seconds] = await connection.known(client.time(), 'tell its time');
      const since = Number(seconds) * 1000 - STREAM_AGE_MS;
      this.#held.dropBefore(since);
      await connection.known(client.xTrim(BROADCAST_STREAM, 'MINID', since), 'trim a stream');
    } catch (err) {
      log.debug({ err }, 'the stream of publications could not be trimmed; trying again');
    }
  }

  #trimTo(id: string): void {
    const { connection, log } = this.#options;
    // node-redis treats the id of a stream as a number, which loses the part after the time.
    connection.client
      .sendCommand(['XTRIM', BROADCAST_STREAM, 'MINID', id])
      .catch((err: unknown) => log.debug({ err }, 'the stream of publications could not be trimmed'));
  }

  #intercept(adapter: ClusterAdapter): ClusterAdapter {
    const inside = adapter as unknown as AdapterInside;
    const onMessage = inside.onMessage.bind(adapter);
    const onRawMessage = inside.onRawMessage.bind(adapter);
    const uid: unknown = Reflect.get(adapter, 'uid');
    inside.onRawMessage = (message, id) => {
      const keep = this.#held.add(id, Buffer.byteLength(message.data ?? ''));
      if (keep !== undefined) this.#trimTo(keep);
      onRawMessage(message, id);
    };
    inside.onMessage = (message, id) => {
      if (message.type !== MessageType.BROADCAST) onMessage(message, id);
      else if (message.uid !== uid) this.#hear(message);
    };
    this.#adapter = inside;
    return adapter;
  }

  #hear(message: ClusterMessage): void {
    const parsed = messageSchema.safeParse(message);
    if (!parsed.success) {
      this.#options.log.warn({ err: parsed.error }, 'an event on the stream could not be read');
      return;
    }
    const [name, event] = parsed.data.data.packet.data;
    if (name === PUBLICATIONS)
      this.#hearPublications((Array.isArray(event) ? event : [event]) as Broadcast[]);
    else if (isReaderChange(event)) this.#hearReader(event);
  }

  #hearPublications(events: readonly Broadcast[]): void {
    for (const event of events) for (const listener of this.#listeners) listener(event);
  }

  #hearReader(change: ReaderChange): void {
    for (const listener of this.#readerListeners) listener(change);
  }
}
