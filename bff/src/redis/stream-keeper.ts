import { AUDIT_TOPICS, TOPICS } from '@tocsin/contracts';
import type { Logger } from '@tocsin/service';
import type { RedisConnection } from './connection.ts';
import { ERASURES_STREAM } from './erasure-log.ts';
import { acknowledgedBelow, type GroupState } from './stream-id.ts';

export interface StreamKeeperOptions {
  /** The Redis server with the streams behind Dapr's topics. */
  topics: RedisConnection;
  /** The broadcaster's Redis server, which also stores the erasures. */
  broadcaster: RedisConnection;
  /**
   * Maximum bytes per stream with dead letters, refused events, receipts or erasures. The oldest messages are dropped
   * to make room.
   */
  maxBytes: number;
  /** Called with the number of unacknowledged messages dropped. */
  onDropped: (stream: string, count: number) => void;
  log: Logger;
}

const EVERY_MS = 2_000;
/** Logs a warning each time this many attempts in a row have failed: about every half minute. */
const FAILURES_PER_WARNING = 15;
/** Trimming keeps this fraction of the limit. */
const KEPT_FRACTION = 0.9;

/** The audit trail's component limits the size of its streams, so the keeper must not trim them. */
const isAuditTopic = (topic: string): boolean => Object.values<string>(AUDIT_TOPICS).includes(topic);
/** The streams behind Dapr's topics, except the audit trail. Only bounded streams drop unacknowledged messages. */
const STREAMS: readonly string[] = Object.values(TOPICS).filter((topic) => !isAuditTopic(topic));
const BOUNDED_STREAMS: readonly string[] = [
  TOPICS.deadPartitionAnnouncements,
  TOPICS.deadAnnouncements,
  TOPICS.deadNotifications,
  TOPICS.refusedNotifications,
  TOPICS.receipts,
  ERASURES_STREAM,
];

/**
 * Removes acknowledged messages from Dapr's topic streams, since Dapr would leave them there for a day. Also removes
 * the oldest messages from bounded streams that are too large. Every instance does this; repeated trimming is harmless.
 */
export class StreamKeeper {
  readonly #options: StreamKeeperOptions;
  #timer: NodeJS.Timeout | undefined;
  #isWorking = false;
  #failures = 0;

  constructor(options: StreamKeeperOptions) {
    this.#options = options;
  }

  start(): void {
    this.#timer = setInterval(() => void this.#work(), EVERY_MS).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async #work(): Promise<void> {
    if (this.#isWorking) return;
    this.#isWorking = true;
    try {
      this.#options.topics.check();
      await Promise.all(STREAMS.map((stream) => this.#trim(stream)));
      for (const stream of BOUNDED_STREAMS) await this.#bound(stream);
      this.#failures = 0;
    } catch (err) {
      // Redis can be briefly unavailable. Warn only about persistent failures.
      const level = ++this.#failures % FAILURES_PER_WARNING === 0 ? 'warn' : 'debug';
      this.#options.log[level]({ err }, 'cannot trim the streams; retrying');
    } finally {
      this.#isWorking = false;
    }
  }

  /** Deletes messages that every consumer group has acknowledged. */
  async #trim(stream: string): Promise<void> {
    const connection = this.#options.topics;
    const firstKept = acknowledgedBelow(await this.#groupsOf(stream));
    if (firstKept === undefined) return;
    await connection.withTimeout(
      connection.client.sendCommand(['XTRIM', stream, 'MINID', firstKept]),
      'trim a stream',
    );
  }

  /**
   * Reads the groups first, and each group's pending messages afterwards. That is safe: a message delivered in between
   * is above the group's position, and a message acknowledged in between can be deleted.
   */
  async #groupsOf(stream: string): Promise<GroupState[]> {
    const connection = this.#options.topics;
    const { client } = connection;
    const withTimeout = <T>(outcome: Promise<T>) => connection.withTimeout(outcome, 'describe a stream');
    // Avoids the error that XINFO returns for a missing stream.
    if ((await withTimeout(client.xLen(stream))) === 0) return [];
    const groups = await withTimeout(client.xInfoGroups(stream));
    return Promise.all(
      groups.map(async ({ name, 'last-delivered-id': lastDelivered }) => {
        const { firstId } = await withTimeout(client.xPending(stream, name));
        // node-redis mistakenly declares `lastDelivered` as a number.
        return { lastDelivered: String(lastDelivered), oldestPending: firstId };
      }),
    );
  }

  /** If the stream is too large, drops its oldest messages and reports how many. */
  async #bound(stream: string): Promise<void> {
    const { topics, broadcaster, maxBytes, onDropped, log } = this.#options;
    const connection = stream === ERASURES_STREAM ? broadcaster : topics;
    const { client } = connection;
    const bytes = (await connection.withTimeout(client.memoryUsage(stream), 'measure a stream')) ?? 0;
    if (bytes <= maxBytes) return;
    const length = await connection.withTimeout(client.xLen(stream), 'measure a stream');
    const keptCount = Math.floor((length * KEPT_FRACTION * maxBytes) / bytes);
    const dropped = await connection.withTimeout(client.xTrim(stream, 'MAXLEN', keptCount), 'trim a stream');
    if (dropped === 0) return;
    onDropped(stream, dropped);
    log.error({ stream, dropped, bytes }, 'dropped the oldest messages from a full stream');
  }
}
