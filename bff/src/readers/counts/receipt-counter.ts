import { randomBytes } from 'node:crypto';
import {
  receiptCountsKey,
  receiptCountsSchema,
  type Counted,
  type FeedMarks,
  type ReadState,
  type ReceiptCounts,
} from '@tocsin/contracts';
import { parseStored } from '../../deliver/parse-stored.ts';
import { isLaterEpoch } from '../../feed/position.ts';
import { writeDocument } from '../documents/write-document.ts';
import type { FeedHistory } from '../marks/histories.ts';
import type { ReaderStore } from '../ports.ts';
import { countsAt, withBatch, type Batch } from './document.ts';
import { archiveChanges, readChanges, seenChanges, type Span } from './spans.ts';

export interface ReceiptCounterOptions {
  store: ReaderStore;
  ttlSecondsOf: (feed: string) => number;
  /** Called when a change can't be counted, or when counts can't be stored yet. Only storing is retried. */
  onError: (feed: string, error: unknown) => void;
}

const FLUSH_MS = 2_000;
/** Maximum documents per flush, to limit the load on the store. Other documents wait for the next flush. */
const MAX_WRITES = 100;
const PARALLEL_WRITES = 4;
/** At these limits, pending changes take about 20 MB. Further changes are not counted. */
const MAX_FEEDS = 20_000;
const MAX_CHANGES = 200_000;

interface UnstoredChanges {
  epoch: string;
  floor: number;
  steps: Record<Counted, Map<number, number>>;
  /** The batch being written, or a batch that might have been written. */
  unsettled?: Batch;
}

const USER_FEED_PREFIX = 'user:';

/**
 * Counts, for each publication in a feed, the pages that received it and the readers who have seen, read or archived
 * it. Doesn't record who the readers are. Collects changes in memory and stores them every 2 s, so a crash loses the
 * latest changes. For `user:` feeds, counts only pages, because the reader's own marks show the rest.
 */
export class ReceiptCounter {
  readonly #options: ReceiptCounterOptions;
  readonly #writer = randomBytes(9).toString('base64url');
  readonly #waiting = new Map<string, UnstoredChanges>();
  readonly #timer: NodeJS.Timeout;
  #changes = 0;
  #seq = 0;
  #flushing: Promise<void> | undefined;

  constructor(options: ReceiptCounterOptions) {
    this.#options = options;
    this.#timer = setInterval(() => void this.flush(), FLUSH_MS).unref();
  }

  /** Call when a page has acknowledged publications `first` to `last`. */
  delivered(feed: string, epoch: string, first: number, last: number): void {
    this.#add(feed, { epoch, floor: 1 }, 'pages', [[first, last, 1]]);
  }

  /** Call when a reader's read state has changed. Never rejects. */
  async readStateChanged(
    feed: string,
    { head, history }: FeedHistory,
    before: ReadState,
    after: ReadState,
  ): Promise<void> {
    if (feed.startsWith(USER_FEED_PREFIX)) return;
    try {
      const spans = await readChanges(before, after, history);
      this.#add(feed, { epoch: head.epoch, floor: history.floor }, 'read', spans);
    } catch (error) {
      this.#options.onError(feed, error);
    }
  }

  /** Call when a reader's seen or archived marks in a feed have changed. */
  marksChanged(feed: string, { head, history }: FeedHistory, before: FeedMarks, after: FeedMarks): void {
    if (feed.startsWith(USER_FEED_PREFIX)) return;
    const place = { epoch: head.epoch, floor: history.floor };
    this.#add(feed, place, 'seen', seenChanges(before, after));
    this.#add(feed, place, 'archived', archiveChanges(before, after));
  }

  /** Resolves with a publication's stored counts, or with `undefined` if unknown. */
  async countsOf(feed: string, position: { epoch: string; offset: number }) {
    const stored = await this.#options.store.read(receiptCountsKey(feed));
    return countsAt(stored && parse(feed, stored.value), position);
  }

  async erase(feed: string): Promise<void> {
    this.#drop(feed);
    // Wait for a write in progress, which could otherwise restore the counts.
    await this.#flushing;
    await this.#options.store.erase([receiptCountsKey(feed)]);
  }

  /** Stores the changes of up to `MAX_WRITES` feeds, those that have been waiting longest first. Never rejects. */
  flush(): Promise<void> {
    this.#flushing ??= this.#flush().finally(() => (this.#flushing = undefined));
    return this.#flushing;
  }

  /** Stores as many of the remaining changes as a flush allows. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#flushing;
    await this.flush();
  }

  #add(
    feed: string,
    { epoch, floor }: { epoch: string; floor: number },
    name: Counted,
    spans: readonly Span[],
  ): void {
    if (spans.length === 0) return;
    let waiting = this.#waiting.get(feed);
    if (!waiting && this.#waiting.size >= MAX_FEEDS) return;
    if (waiting && isLaterEpoch(waiting.epoch, epoch)) return;
    if (waiting?.epoch !== epoch) {
      this.#drop(feed);
      waiting = { epoch, floor, steps: emptySteps() };
      this.#waiting.set(feed, waiting);
    }
    waiting.floor = Math.max(waiting.floor, floor);
    const steps = waiting.steps[name];
    const before = steps.size;
    for (const [first, last, change] of this.#changes < MAX_CHANGES ? spans : []) {
      steps.set(first, (steps.get(first) ?? 0) + change);
      steps.set(last + 1, (steps.get(last + 1) ?? 0) - change);
    }
    this.#changes += steps.size - before;
  }

  #drop(feed: string): void {
    const waiting = this.#waiting.get(feed);
    if (!waiting) return;
    this.#waiting.delete(feed);
    this.#changes -= stepCountOf(waiting.steps) + stepCountOf(waiting.unsettled?.steps);
  }

  async #flush(): Promise<void> {
    const feeds = [...this.#waiting].slice(0, MAX_WRITES);
    const next = feeds.values();
    const work = async () => {
      for (const [feed, waiting] of next) await this.#store(feed, waiting);
    };
    await Promise.all(Array.from({ length: PARALLEL_WRITES }, work));
  }

  async #store(feed: string, waiting: UnstoredChanges): Promise<void> {
    const isCurrent = () => this.#waiting.get(feed) === waiting;
    if (!isCurrent()) return;
    const { epoch, floor, steps } = waiting;
    waiting.unsettled ??= { writer: this.#writer, seq: ++this.#seq, epoch, floor, steps };
    const { unsettled } = waiting;
    // Changes from now on belong to the next batch.
    if (unsettled.steps === steps) waiting.steps = emptySteps();
    try {
      await writeDocument(this.#options.store, {
        key: receiptCountsKey(feed),
        ttlSeconds: this.#options.ttlSecondsOf(feed),
        plan: async (value) => withBatch(value === undefined ? undefined : parse(feed, value), unsettled),
      });
      delete waiting.unsettled;
      if (isCurrent()) this.#changes -= stepCountOf(unsettled.steps);
    } catch (error) {
      this.#options.onError(feed, error);
    }
    if (!isCurrent()) return;
    // Move the feed to the end of the queue, so that constantly changing feeds don't delay other feeds.
    this.#waiting.delete(feed);
    const isDone = !waiting.unsettled && stepCountOf(waiting.steps) === 0;
    if (!isDone) this.#waiting.set(feed, waiting);
  }
}

const stepCountOf = (steps: Batch['steps'] | undefined): number =>
  Object.values(steps ?? {}).reduce((sum, { size }) => sum + size, 0);

const emptySteps = (): UnstoredChanges['steps'] => ({
  pages: new Map(),
  seen: new Map(),
  read: new Map(),
  archived: new Map(),
});

const parse = (feed: string, value: unknown): ReceiptCounts =>
  parseStored(receiptCountsSchema, value, `the receipts of ${feed}`);
