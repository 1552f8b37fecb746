import {
  DOCUMENT_VERSION,
  PARTITION_VERSION,
  entryKey,
  partitionEntryKey,
  type EntryItem,
  type Head,
  type Notification,
  type PublicationsEvent,
  type Segment,
} from '@tocsin/contracts';
import { MemoryClaimCheck } from '@tocsin/service';
import type { Erased } from '../src/deliver/erase/erased-content.ts';
import type { OnItems } from '../src/deliver/turn/turn.ts';
import { HighWaterMarks } from '../src/deliver/load/high-water-marks.ts';
import type { FeedLog, HeadWrite, OnStep, Step, StoredHead } from '../src/deliver/ports.ts';
import { DEFAULT_FEED_LIMITS, type FeedLimits } from '../src/feed/limits.ts';
import { PartitionHost } from '../src/deliver/turn/partition-host.ts';
import { MemoryBroadcaster } from '../src/memory/broadcaster.ts';
import { MemoryCheckpoints } from '../src/memory/checkpoints.ts';
import { MemoryFeedLog } from '../src/memory/feed-log.ts';
import { MemoryOrigin } from '../src/memory/origin.ts';
import { MemorySetAside } from '../src/memory/set-aside.ts';
import { testProofs } from './test-proofs.ts';
import { FeedHost } from '../src/deliver/turn/feed-host.ts';

export const FEED = 'all';
export const RUN = 'P0000001';
export const PARTITION = 1;

/** An in-memory log that counts reads and can be rolled back to any earlier commit or emptied. */
export class TestLog implements FeedLog {
  #inner = new MemoryFeedLog();
  /** Number of times the store was emptied. */
  timesEmptied = 0;
  readonly commits: HeadWrite[] = [];
  headReads = 0;
  documentReads = 0;
  /** Runs after a head is read and before it is returned. Can wait or reject. */
  beforeHead: () => Promise<void> = () => Promise.resolve();
  beforeCommit: () => Promise<void> = () => Promise.resolve();
  afterCommit: () => Promise<void> = () => Promise.resolve();

  async readHead(feed: string): Promise<StoredHead | undefined> {
    this.headReads++;
    const head = await this.#inner.readHead(feed);
    await this.beforeHead();
    return head;
  }

  async readDocuments(keys: readonly string[]): Promise<unknown[]> {
    this.documentReads++;
    return this.#inner.readDocuments(keys);
  }

  async commit(writes: readonly HeadWrite[]): Promise<void> {
    await this.beforeCommit();
    await this.#inner.commit(writes);
    this.commits.push(...writes);
    await this.afterCommit();
  }

  removeDocuments(keys: readonly string[]): Promise<void> {
    return this.#inner.removeDocuments(keys);
  }

  /** Rolls the store back to just after the first `count` commits. */
  async rollBackTo(count: number): Promise<void> {
    this.#inner = new MemoryFeedLog();
    if (count === 0) this.timesEmptied++;
    for (const commit of this.commits.splice(0).slice(0, count)) {
      await this.#inner.commit([commit]);
      this.commits.push(commit);
    }
  }
}

const AT = '2026-01-01T00:00:00Z';

export const notification = (id: string, more: Partial<Notification> = {}): Notification => ({
  ...{ id, feed: FEED, severity: 'info', title: id, createdAt: AT, ...more },
});
export const retract = (id: string): EntryItem => ({ retract: id, feed: FEED, at: AT });
export const erase: EntryItem = { erase: true, feed: FEED, at: AT };

/** Instances that share an in-memory store, claim check and broadcaster. */
export class Fixture {
  readonly log = new TestLog();
  readonly #origins: MemoryOrigin[] = [];
  readonly origin = {
    firstEpoch: () =>
      (this.#origins[this.log.timesEmptied] ??= new MemoryOrigin(() => this.now)).firstEpoch(),
  };
  readonly entries = new MemoryClaimCheck();
  readonly checkpoints = new MemoryCheckpoints();
  readonly broadcaster = new MemoryBroadcaster();
  readonly setAside = new MemorySetAside();
  readonly events: PublicationsEvent[] = [];
  readonly losses: string[] = [];
  readonly erased: Erased[] = [];
  /** Ids of notifications that turns passed to `onItems`. In production, `onItems` registers fallbacks. */
  readonly passedOnIds: string[] = [];
  /** The position of each notification in `passedOnIds`, as `feed offset id`. `-` if the notification has none. */
  readonly positions: string[] = [];
  now = Date.parse('2026-01-01T00:00:00Z');
  limits: FeedLimits = { ...DEFAULT_FEED_LIMITS };
  maxActivations = 1_000;

  constructor() {
    this.broadcaster.onEvent((event) => this.events.push(event));
  }

  deposit(
    seq: number,
    ids: readonly string[],
    { run = RUN, padding = 0, expiresAt }: { run?: string; padding?: number; expiresAt?: string } = {},
  ): void {
    const more = { ...(padding > 0 && { body: 'x'.repeat(padding) }), ...(expiresAt && { expiresAt }) };
    this.put(
      seq,
      ids.map((id) => notification(id, more)),
      run,
    );
  }

  put(seq: number, notifications: readonly EntryItem[], run = RUN): void {
    const expiresAt = '2030-01-01T00:00:00Z';
    const entry = { v: DOCUMENT_VERSION, run, feed: FEED, seq, expiresAt, notifications };
    this.entries.put(this.key(seq, run), JSON.stringify(entry));
  }

  /** Deposits an entry in the partition. The items can be for any feed. */
  depositInPartition(seq: number, notifications: readonly unknown[], run = RUN): void {
    const expiresAt = '2030-01-01T00:00:00Z';
    const entry = { v: PARTITION_VERSION, run, partition: PARTITION, seq, expiresAt, notifications };
    this.entries.put(this.partitionEntryKeyOf(seq, run), JSON.stringify(entry));
  }

  partitionEntryKeyOf(seq: number, run = RUN): string {
    return partitionEntryKey({ run, partition: PARTITION, seq });
  }

  /** Returns the ids in a feed's log, in order. If a notification is gone, its id is followed by the reason. */
  async idsOf(feed: string): Promise<string[]> {
    const head = (await this.log.readHead(feed))?.head;
    const documents = await this.log.readDocuments((head?.segments ?? []).map(({ key }) => key));
    return documents.flatMap((document) =>
      (document as Segment).publications.map((p) =>
        p.notification === null ? `${p.id} ${p.gone}` : p.notification.id,
      ),
    );
  }

  key(seq: number, run = RUN): string {
    return entryKey({ run, feed: FEED, seq });
  }

  /** Creates an instance, like a new process with empty caches. */
  instance(onStep: OnStep = () => Promise.resolve()) {
    const marks = new HighWaterMarks();
    const { log, entries, broadcaster, setAside, origin } = this;
    const events = {
      lossDetected: (_feed: string, reason: string) => void this.losses.push(reason),
      appended: () => undefined,
      claimed: () => undefined,
      setAside: () => undefined,
    };
    const now = () => this.now;
    const turns = {
      ...{ log, origin, entries, broadcaster, setAside, marks, now, onStep, events, proofs: testProofs },
      retire: () => undefined,
      onErased: async (erased: Erased) => {
        this.erased.push(erased);
        if (erased.before !== undefined) await setAside.erase(erased.feed);
      },
      limitsOf: () => this.limits,
      onItems: async (items: Parameters<OnItems>[0]) => {
        for (const { item, position } of [...items.values()].flat()) {
          if (!('id' in item)) continue;
          this.passedOnIds.push(item.id);
          this.positions.push(position ? `${item.feed} ${position.offset} ${position.id ?? item.id}` : '-');
        }
      },
    };
    const host = new FeedHost({ ...turns, maxActivations: this.maxActivations });
    const partitionHost = new PartitionHost({ ...turns, feedHost: host, checkpoints: this.checkpoints });
    const turn = (seq: number | undefined, caller = {}, run = RUN) =>
      host.takeTurn(FEED, seq === undefined ? undefined : { run, seq }, caller);
    const take = (seq: number, run = RUN) => partitionHost.takeTurn(PARTITION, { run, seq });
    return { host, partitionHost, marks, turn, take };
  }

  get head(): Head | undefined {
    return this.log.commits.at(-1)?.head;
  }

  /** Like `idsOf`, but for the feed of the last commit. */
  async ids(): Promise<string[]> {
    const documents = await this.log.readDocuments((this.head?.segments ?? []).map(({ key }) => key));
    return documents.flatMap((document) =>
      (document as Segment).publications.map((p) =>
        p.notification === null ? `${p.id} ${p.gone}` : p.notification.id,
      ),
    );
  }

  /** Like `idsOf`, for all broadcast publications. */
  get broadcastIds(): string[] {
    return this.events.flatMap(({ publications }) =>
      publications.map((p) => (p.notification === null ? `${p.id} ${p.gone}` : p.notification.id)),
    );
  }
}

/** Simulates a process that dies when it first reaches `step`. */
export function dieAt(step: Step): OnStep {
  let hasDied = false;
  return async (reached) => {
    if (reached !== step || hasDied) return;
    hasDied = true;
    throw new Error(`died at ${step}`);
  };
}
