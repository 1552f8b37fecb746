import { createAdapter } from '@socket.io/redis-streams-adapter';
import type { PublicationsEvent } from '@tocsin/contracts';
import type { Logger } from '@tocsin/service';
import { createClient } from 'redis';
import { type ClusterAdapter, MessageType, type ClusterMessage } from 'socket.io-adapter';
import { z } from 'zod';
import { TemporaryError } from '../deliver/errors.ts';
import type { Broadcaster } from '../deliver/ports.ts';

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
const STREAM = 'tocsin:publications';
const EVENT = 'publications';
/** Commands that wait while Redis is away; beyond it broadcasts are refused at once and their turns repeated. */
const MAX_WAITING_COMMANDS = 10_000;

/**
 * The shape of an event on the stream. Its notifications were checked before they were committed; what an instance
 * needs is that the offsets are numbers and that something can be shown.
 */
const publicationShape = z.looseObject({
  offset: z.int().min(1),
  notification: z.looseObject({ id: z.string() }).nullable(),
});

const messageSchema = z.object({
  data: z.object({
    packet: z.object({
      data: z.tuple([
        z.literal(EVENT),
        z.object({ feed: z.string(), epoch: z.string(), publications: z.array(publicationShape) }),
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
 * Carries publications over socket.io's Redis streams adapter. Its own `emit` swallows a failed XADD, so the event
 * is published here and awaited; what arrives from other instances goes to the listeners instead of straight to the
 * sockets, since each instance also keeps it for recovery.
 */
export class RedisBroadcaster implements Broadcaster {
  readonly #options: RedisBroadcasterOptions;
  readonly #client;
  readonly #listeners: ((event: PublicationsEvent) => void)[] = [];
  #adapter: AdapterInside | undefined;

  constructor(options: RedisBroadcasterOptions) {
    this.#options = options;
    const [host = 'localhost', port = '6379'] = options.redisHost.split(':');
    this.#client = createClient({
      socket: {
        host,
        port: Number(port),
        connectTimeout: 2_000,
        reconnectStrategy: (retries) => Math.min(50 * 2 ** retries, 500),
      },
      ...(options.password && { password: options.password }),
      commandsQueueMaxLength: MAX_WAITING_COMMANDS,
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
      streamName: STREAM,
      maxLen: STREAM_LENGTH,
      onlyPlaintext: true,
    });
    const intercept = (adapter: ClusterAdapter) => this.#intercept(adapter);
    return function (namespace: unknown) {
      return intercept(create(namespace));
    };
  }

  onEvent(listener: (event: PublicationsEvent) => void): void {
    this.#listeners.push(listener);
  }

  async broadcast(event: PublicationsEvent): Promise<void> {
    if (!this.#adapter || !this.#client.isReady)
      throw new TemporaryError('the broadcaster is not connected to Redis');
    const message = {
      type: MessageType.BROADCAST,
      data: {
        packet: { type: 2, data: [EVENT, event], nsp: '/' },
        opts: { rooms: [], except: [], flags: {} },
      },
    };
    const { timeoutMs } = this.#options;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => reject(new TemporaryError(`Redis did not take an event within ${timeoutMs} ms`)),
        timeoutMs,
      );
    });
    try {
      await Promise.race([this.#adapter.publishAndReturnOffset(message), late]);
    } finally {
      clearTimeout(timer);
    }
    this.#tell(event);
  }

  /** Resolves when Redis answers; rejects when it does not. */
  async ready(): Promise<void> {
    if (!this.#client.isReady) throw new TemporaryError('the broadcaster is not connected to Redis');
    await this.#client.ping();
  }

  stop(): void {
    this.#client.destroy();
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
    this.#tell(parsed.data.data.packet.data[1] as PublicationsEvent);
  }

  #tell(event: PublicationsEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}
