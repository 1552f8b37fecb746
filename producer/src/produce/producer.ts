import { partitionEntryKey, type EntryItem, type PartitionAnnouncement } from '@tocsin/contracts';
import { inTime, pause } from '@tocsin/contracts/pause';
import { ReAnnouncer } from './announce/re-announcer.ts';
import { depositAndAnnounce } from './deposit/deposit-and-announce.ts';
import { Acknowledger } from './queue/acknowledger.ts';
import { Backlog } from './queue/backlog.ts';
import { announcementOf, type Batch, type Lane } from './queue/lane.ts';
import { QueueUsage } from './queue/queue-usage.ts';
import { Lanes } from './announce/lanes.ts';
import type { Announcer, EntryStore, Observer, Outcome } from './ports.ts';
import { ReadyLanes } from './queue/ready-lanes.ts';
import { Request } from './queue/request.ts';
import type { CallerName } from './queue/turns.ts';

export interface ProducerOptions {
  entries: EntryStore;
  announcer: Announcer;
  observer: Observer;
  /** Time limit per request (ms). If exceeded, the outcome is `late`. */
  requestTimeoutMs: number;
  /** Maximum number of notifications in the queue. A request that would exceed it gets the outcome `full`. */
  maxQueued: number;
  /** Maximum queue size in bytes of JSON. */
  maxQueuedBytes: number;
  /** Number of lanes. Each feed belongs to one lane, and each lane has at most one entry in progress. */
  partitions: number;
  /** Minimum time in ms between the starts of two entries in a lane. Ignored after a full entry and while stopping. */
  entryIntervalMs?: number;
  /** Calls `begin` once all requests that have already arrived are queued, so that they share an entry. */
  defer?: (begin: () => void) => void;
}

/**
 * After an entry, the lane rests for as long as the entry took, up to this limit (ms). The entry interval can make the
 * lane rest longer.
 */
const MAX_REST_MS = 50;
/** Batching delay after a shared entry. Long enough for all requests in a burst to arrive. */
const BATCHING_DELAY_MS = 4;
/** Maximum time in ms that a lane, or a request with a retraction, waits for the bffs after an entry. */
const MAX_WAIT_MS = 2_000;
/** Time limit in ms for checking whether an entry is claimed. */
const CHECK_TIMEOUT_MS = 500;
/** Timers have a precision of 1 ms, so skip shorter rests. */
const MIN_REST_MS = 1;

/** Part of a graceful shutdown's time limit (ms) that is reserved for repeating announcements. */
const REPETITIONS_MS = 2_000;

/**
 * Combines notifications into entries, then deposits and announces them. Each partition has at most one entry in
 * progress. Requests that arrive in the meantime share the next entry. Once started, an entry either finishes or ends
 * the run, whether or not the requests have timed out.
 */
export class Producer {
  readonly #options: ProducerOptions;
  readonly #lanes: Lanes;
  readonly #reAnnouncer: ReAnnouncer;
  readonly #ready = new ReadyLanes();
  readonly #resting = new Set<Lane>();
  readonly #backlogs: readonly Backlog[];
  readonly #acknowledgers: readonly Acknowledger[];
  /** Lanes that are waiting for the bffs. */
  readonly #waiting = new Set<Lane>();
  /** Requests that have no outcome yet. */
  readonly #open = new Set<Request>();
  readonly #finishingAbort = new AbortController();
  readonly #repeatingAbort = new AbortController();
  readonly #usage: QueueUsage;
  #isPumpDue = false;
  #stopping = false;
  #whenIdle: (() => void) | undefined;

  constructor(options: ProducerOptions) {
    this.#options = options;
    this.#usage = new QueueUsage({ count: options.maxQueued, bytes: options.maxQueuedBytes });
    this.#reAnnouncer = new ReAnnouncer(options.announcer, options.observer, this.#repeatingAbort.signal);
    this.#lanes = new Lanes(this.#reAnnouncer, options.partitions);
    const { partitions, requestTimeoutMs } = options;
    const waitOptions = {
      isClaimed: (announcement: PartitionAnnouncement) => this.#isClaimed(announcement),
      // A request that is split between two entries waits twice, and must still be able to finish in time.
      maxWaitMs: Math.min(MAX_WAIT_MS, 0.4 * requestTimeoutMs),
    };
    this.#backlogs = Array.from({ length: partitions }, () => new Backlog(waitOptions));
    this.#acknowledgers = Array.from(
      { length: partitions },
      () =>
        new Acknowledger({
          ...waitOptions,
          requestTimeoutMs,
          onUnclaimed: () => options.observer.unclaimed(),
        }),
    );
  }

  /** Number of notifications queued or in progress. */
  get queued(): number {
    return this.#usage.count;
  }

  /**
   * Publishes a request's notifications or changes. Within a feed, a caller's items stay in order, even across
   * requests. Resolves with `accepted` once all are deposited and announced and, normally, all retractions are
   * claimed ({@link Acknowledger}). After any other outcome, some may still appear; retry with the same ids to complete
   * the request. Callers take turns and share the queue; requests without a `caller` can fill all of it.
   */
  async produce(items: readonly EntryItem[], traceparent?: string, caller?: string): Promise<Outcome> {
    if (this.#stopping) return 'stopping';
    const { maxQueued, partitions, requestTimeoutMs } = this.#options;
    if (this.#usage.count + items.length > maxQueued) return 'full';
    const request = new Request(items, partitions, traceparent, caller);
    if (!this.#usage.hasRoom(caller, request)) return 'full';

    this.#usage.add(caller, request);
    this.#open.add(request);
    for (const [partition, part] of request.parts) {
      const lane = this.#lanes.laneFor(partition);
      lane.add(part);
      if (!lane.isBusy && !this.#waiting.has(lane)) this.#makeReady(lane);
    }
    const timer = setTimeout(() => this.#abandon(request, 'late'), requestTimeoutMs);
    try {
      return await request.outcome;
    } finally {
      clearTimeout(timer);
      this.#open.delete(request);
    }
  }

  /**
   * Rejects new requests, finishes requests in progress and repeats pending announcements. Resolves within `limitMs`
   * and abandons any unfinished entries.
   */
  async stop(limitMs: number): Promise<void> {
    this.#stopping = true;
    for (const lane of [...this.#resting, ...this.#waiting]) this.#ready.add(lane);
    this.#waiting.clear();
    this.#pump();
    const repetitionsMs = Math.min(REPETITIONS_MS, limitMs / 2);
    await within(limitMs - repetitionsMs, this.#idle());
    this.#finishingAbort.abort();
    for (const acknowledger of this.#acknowledgers) acknowledger.stop();
    for (const request of this.#open) this.#abandon(request, 'stopping');
    this.#lanes.repeatAll();
    await within(repetitionsMs, this.#reAnnouncer.idle());
    this.#repeatingAbort.abort();
  }

  #abandon(request: Request, outcome: Outcome): void {
    for (const [partition, part] of request.parts) {
      const dropped = this.#lanes.laneFor(partition).drop(part);
      if (dropped) this.#release(request.caller, dropped);
    }
    request.settle(outcome);
  }

  /**
   * Lets the lane start an entry at the end of this tick, or once the lane has rested. An entry's cost hardly depends
   * on its size, so sharing entries saves CPU. On a busy machine, entries take longer, so lanes rest longer and more
   * requests share an entry.
   */
  #makeReady(lane: Lane): void {
    const batchingDelay = lane.wasShared ? BATCHING_DELAY_MS : 0;
    const rest = this.#stopping ? 0 : Math.max(lane.restsUntil - performance.now(), batchingDelay);
    if (rest < MIN_REST_MS) {
      this.#ready.add(lane);
      this.#pumpSoon();
    } else if (!this.#resting.has(lane)) {
      this.#resting.add(lane);
      setTimeout(() => {
        this.#resting.delete(lane);
        if (lane.isBusy) return;
        if (!lane.hasWaiting) return this.#lanes.onIdle(lane);
        this.#ready.add(lane);
        this.#pump();
      }, rest);
    }
  }

  #pumpSoon(): void {
    if (this.#isPumpDue) return;
    this.#isPumpDue = true;
    const { defer = setImmediate } = this.#options;
    defer(() => {
      this.#isPumpDue = false;
      this.#pump();
    });
  }

  #pump(): void {
    for (let lane = this.#ready.next(); lane; lane = this.#ready.next()) {
      // The lane may have started an entry while the rest timer was pending.
      if (lane.isBusy) continue;
      const batch = lane.begin(Date.now());
      if (!batch) {
        this.#lanes.onIdle(lane);
        continue;
      }
      this.#lanes.onBegin(lane);
      // Items are left waiting only if the entry is full.
      void this.#finish(lane, batch, lane.hasWaiting);
    }
  }

  async #finish(lane: Lane, batch: Batch, isFull: boolean): Promise<void> {
    const signal = this.#finishingAbort.signal;
    const startedAt = performance.now();
    const finished = await depositAndAnnounce(batch, { ...this.#options, signal });
    const backlog = this.#backlogs[lane.partition];
    if (!finished && signal.aborted) return;
    if (finished) {
      lane.finish(batch);
      const announcement = announcementOf(batch.entry);
      backlog?.add(announcement, batch.feeds);
      this.#acknowledgers[lane.partition]?.acknowledge(announcement, batch.shares);
    } else {
      this.#options.observer.runEnded(announcementOf(batch.entry));
      backlog?.clear();
      const last = lane.endRun();
      if (last) this.#reAnnouncer.repeat(last);
    }
    for (const { part, count, bytes } of batch.shares) this.#release(part.request.caller, { count, bytes });
    const ended = performance.now();
    const interval = isFull ? 0 : (this.#options.entryIntervalMs ?? 0);
    lane.restsUntil = Math.max(ended + Math.min(MAX_REST_MS, ended - startedAt), startedAt + interval);
    if (backlog?.isTooLong && !this.#stopping) void this.#waitForBffs(lane, backlog);
    else this.#continue(lane);
  }

  #continue(lane: Lane): void {
    if (lane.hasWaiting) this.#makeReady(lane);
    else this.#lanes.onIdle(lane);
    this.#pump();
  }

  /** Lets the lane continue when the bffs have caught up. A stop doesn't wait for them. */
  async #waitForBffs(lane: Lane, backlog: Backlog): Promise<void> {
    this.#waiting.add(lane);
    const { requestTimeoutMs, observer } = this.#options;
    const now = performance.now();
    // A request that needs several entries must still be able to finish in time.
    const limitMs = (lane.oldestSplitRequestAt ?? now) + requestTimeoutMs / 2 - now;
    observer.waited(await backlog.shrink(limitMs));
    if (this.#waiting.delete(lane)) this.#continue(lane);
  }

  async #isClaimed(announcement: PartitionAnnouncement): Promise<boolean> {
    const { entries, observer } = this.#options;
    try {
      const content = await inTime(entries.peek(partitionEntryKey(announcement)), CHECK_TIMEOUT_MS);
      observer.done('check', announcement);
      return content === undefined;
    } catch (error) {
      observer.failed('check', announcement, error);
      return false;
    }
  }

  #release(caller: CallerName, amount: { count: number; bytes: number }): void {
    this.#usage.remove(caller, amount);
    if (this.#usage.count === 0) this.#whenIdle?.();
  }

  /** Resolves when the queue is empty and no retraction is waiting for the bffs. */
  async #idle(): Promise<void> {
    if (this.#usage.count > 0) await new Promise<void>((resolve) => (this.#whenIdle = resolve));
    await Promise.all(this.#acknowledgers.map((acknowledger) => acknowledger.idle()));
  }
}

/** Resolves when `work` resolves, or after `ms`. */
async function within(ms: number, work: Promise<void>): Promise<void> {
  const end = new AbortController();
  await Promise.race([work, pause(ms, end.signal)]);
  end.abort();
}
