import { createAdapter } from '@socket.io/redis-streams-adapter';
import { BROADCAST_STREAM } from '@tocsin/contracts';
import type { Logger } from '@tocsin/service';
import { createClient } from 'redis';
import { type ClusterAdapter, MessageType, type ClusterMessage } from 'socket.io-adapter';
import { z } from 'zod';
import { TemporaryError } from '../deliver/errors.ts';
import type { Broadcast, Broadcaster } from '../deliver/ports.ts';
import type { ReaderChannel, ReaderEvent } from '../read/ports.ts';
import { readRedisMemory, type RedisMemory } from './redis-memory.ts';

export interface RedisBroadcasterOptions {
  /** host:port */
  redisHost: string;
  password?: string | undefined;
  /** Longest wait for Redis to take an event, in ms. */
  timeoutMs: number;
  log: Logger;
}

/** Events that the stream keeps for slow instances; one that misses more compares itself with the heads. */
const STREAM_LENGTH = 2_000;
const PUBLICATIONS = 'publications';
const READER = 'reader';
/** Commands that wait while Redis is away; beyond it broadcasts are refused at once and their turns repeated. */
const MAX_WAITING_COMMANDS = 10_000;
/**
 * A connection on which nothing moves for so long, in ms, is given up and opened again: a network may forget one
 * without telling anybody. A read of the stream ends after 5 s, and where nothing else is asked, a ping is.
 */
const SILENCE_MS = 10_000;
const PING_MS = 4_000;

/**
 * The shape of an event on the stream. Its notifications were checked before they were committed; what an instance
 * needs is that the offsets are numbers and that something can be shown.
 */
const publicationShape = z.looseObject({
  offset: z.int().min(1),
  notification: z.looseObject({ id: z.string() }).nullable(),
});

const readerShape = z.object({
  reader: z.string(),
  name: z.enum(['read', 'mutes']),
  event: z.looseObject({}),
});

const messageSchema = z.object({
  data: z.object({
    packet: z.object({
      data: z.union([
        z.tuple([
          z.literal(PUBLICATIONS),
          z.object({
            feed: z.string(),
            epoch: z.string(),
            publications: z.array(publicationShape),
            proof: z.string().optional(),
          }),
        ]),
        z.tuple([z.literal(READER), readerShape]),
      ]),
    }),
  }),
});

/** The parts of the adapter that its types hide. */
interface AdapterInside {
  publishAndReturnOffset(message: object): Promise<unknown>;
  onMessage(message: ClusterMessage, offset?: string): void;
}

/**
 * Carries publications, and what concerns one reader, over socket.io's Redis streams adapter. Its own `emit` swallows a failed XADD, so the event
 * is published here and awaited; what arrives from other instances goes to the listeners instead of straight to the
 * sockets, since each instance also keeps it for recovery.
 */
export class RedisBroadcaster implements Broadcaster, ReaderChannel {
  readonly #options: RedisBroadcasterOptions;
  readonly #client;
  readonly #listeners: ((event: Broadcast) => void)[] = [];
  readonly #readerListeners: ((event: ReaderEvent) => void)[] = [];
  #adapter: AdapterInside | undefined;
  /** Events whose outcome Redis did not tell in time. */
  #overdue = 0;
  #ping: Promise<unknown> | undefined;

  constructor(options: RedisBroadcasterOptions) {
    this.#options = options;
    const [host = 'localhost', port = '6379'] = options.redisHost.split(':');
    this.#client = createClient({
      socket: {
        host,
        port: Number(port),
        connectTimeout: 2_000,
        socketTimeout: SILENCE_MS,
        reconnectStrategy: (retries) => Math.min(50 * 2 ** retries, 500),
      },
      ...(options.password && { password: options.password }),
      commandsQueueMaxLength: MAX_WAITING_COMMANDS,
      pingInterval: PING_MS,
    });
    this.#client.on('error', (error: unknown) =>
      options.log.warn({ err: error }, 'the broadcaster lost its Redis'),
    );
  }

  /** Begins to connect. Redis may be away: broadcasts are refused until it is there. */
  start(): void {
    this.#client.connect().catch((error: unknown) => {
      this.#options.log.warn({ err: error }, 'the broadcaster cannot reach its Redis');
    });
  }

  /** The socket.io adapter of this carrier; socket.io calls it with `new`, so it is a function of its own. */
  createAdapter(): (namespace: unknown) => ClusterAdapter {
    const create = createAdapter(this.#client, {
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

  async broadcast(event: Broadcast): Promise<void> {
    await this.#publish(PUBLICATIONS, event);
    this.#hearPublications(event);
  }

  onTold(listener: (event: ReaderEvent) => void): void {
    this.#readerListeners.push(listener);
  }

  async tell(event: ReaderEvent): Promise<void> {
    await this.#publish(READER, event);
    this.#hearReader(event);
  }

  /** Resolves when the stream has the event; rejects when that is not known. */
  async #publish(name: string, event: object): Promise<void> {
    if (!this.#adapter || !this.#client.isReady)
      throw new TemporaryError('the broadcaster is not connected to Redis');
    // What is written to a dead connection would keep it from being found silent.
    if (this.#overdue > 0) throw new TemporaryError('Redis still owes the outcome of an earlier event');
    const message = {
      type: MessageType.BROADCAST,
      data: {
        packet: { type: 2, data: [name, event], nsp: '/' },
        opts: { rooms: [], except: [], flags: {} },
      },
    };
    await this.#known(this.#adapter.publishAndReturnOffset(message), 'take an event');
  }

  /** Resolves when Redis answers; rejects when it does not. */
  async ready(): Promise<void> {
    if (!this.#client.isReady) throw new TemporaryError('the broadcaster is not connected to Redis');
    this.#ping ??= this.#client.ping().finally(() => (this.#ping = undefined));
    await this.#known(this.#ping, 'answer a ping');
  }

  /** Rejects when Redis does not tell it now. */
  async memory(): Promise<RedisMemory> {
    if (!this.#client.isReady) throw new TemporaryError('the broadcaster is not connected to Redis');
    const info = this.#client.info('memory');
    await this.#known(info, 'tell its memory');
    return readRedisMemory(await info);
  }

  stop(): void {
    this.#client.destroy();
  }

  /** As `outcome`; rejects when it is not known in time, and no event is sent until it is. */
  async #known(outcome: Promise<unknown>, what: string): Promise<void> {
    const { timeoutMs } = this.#options;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        this.#overdue++;
        const settle = () => this.#overdue--;
        outcome.then(settle, settle);
        reject(new TemporaryError(`Redis did not ${what} within ${timeoutMs} ms`));
      }, timeoutMs);
    });
    try {
      await Promise.race([outcome, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  #intercept(adapter: ClusterAdapter): ClusterAdapter {
    const inside = adapter as unknown as AdapterInside;
    const onMessage = inside.onMessage.bind(adapter);
    const uid: unknown = Reflect.get(adapter, 'uid');
    inside.onMessage = (message, offset) => {
      if (message.type !== MessageType.BROADCAST) onMessage(message, offset);
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
    if (name === READER) this.#hearReader(event as ReaderEvent);
    else this.#hearPublications(event as Broadcast);
  }

  #hearPublications(event: Broadcast): void {
    for (const listener of this.#listeners) listener(event);
  }

  #hearReader(event: ReaderEvent): void {
    for (const listener of this.#readerListeners) listener(event);
  }
}
