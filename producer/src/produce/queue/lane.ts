import {
  ENTRY_LIFE_MS,
  MAX_ENTRY_BYTES,
  MAX_ENTRY_NOTIFICATIONS,
  PARTITION_VERSION,
  tracedBy,
  type EntryItem,
  type PartitionAnnouncement,
  type PartitionEntry,
} from '@tocsin/contracts';
import { newRun } from '../ids.ts';
import type { Part } from './request.ts';
import { Turns, type CallerName } from './turns.ts';

/** Space reserved for an entry's metadata. Traces take less than 3 KB in total. */
const ENVELOPE_BYTES = 4_096;

/** Number and size of the items that an entry takes from a part. */
interface Share {
  readonly part: Part;
  readonly count: number;
  readonly bytes: number;
}

/** An entry in progress, and the parts that it takes items from. */
export interface Batch {
  readonly entry: PartitionEntry;
  readonly shares: readonly Share[];
  readonly bytes: number;
  /** Number of feeds with an item in the entry. */
  readonly feeds: number;
  readonly begunAt: number;
}

/**
 * Queues notifications and changes for a partition's feeds. At most one entry is in progress. A run is a sequence of
 * entries, numbered by `seq`. Entry n starts only after entry n - 1 has finished, so a run has no gaps.
 */
export class Lane {
  readonly partition: number;
  #run = newRun();
  /** The announcement of the run's last finished entry. */
  #last: PartitionAnnouncement | undefined;
  /** The last announcement that was repeated. */
  #repeated: PartitionAnnouncement | undefined;
  readonly #waiting = new Turns<Part>();
  #inProgress: Batch | undefined;
  #wasShared = false;
  /** When the lane may start the next entry (`performance.now()`). */
  restsUntil = 0;

  constructor(partition: number) {
    this.partition = partition;
  }

  get last(): PartitionAnnouncement | undefined {
    return this.#last;
  }

  /** True if the last finished entry's announcement has yet to be repeated. */
  get needsRepetition(): boolean {
    return this.#last !== this.#repeated;
  }

  /** Returns the announcement to repeat, if any, and marks it as repeated. */
  takeRepetition(): PartitionAnnouncement | undefined {
    if (!this.needsRepetition) return undefined;
    this.#repeated = this.#last;
    return this.#last;
  }

  get isBusy(): boolean {
    return this.#inProgress !== undefined;
  }

  /** True if multiple requests shared the lane's last entry. */
  get wasShared(): boolean {
    return this.#wasShared;
  }

  get hasWaiting(): boolean {
    return !this.#waiting.isEmpty;
  }

  /** The callers with waiting items. */
  get callers(): Iterable<CallerName> {
    return this.#waiting.callers;
  }

  /**
   * When the oldest split request arrived (`performance.now()`). A split request has some items in entries, and more
   * waiting items than fit in one entry.
   */
  get oldestSplitRequestAt(): number | undefined {
    let oldest: number | undefined;
    for (const part of this.#waiting.oldestItems())
      if (part.begun > 0 && !fitsInOneEntry(part))
        oldest = Math.min(oldest ?? Infinity, part.request.arrivedAt);
    return oldest;
  }

  add(part: Part): void {
    this.#waiting.add(part.request.caller, part);
  }

  /** Drops items of `part` that aren't in an entry yet. Returns the count and size of the dropped items. */
  drop(part: Part): { count: number; bytes: number } | undefined {
    if (!this.#waiting.delete(part.request.caller, part)) return undefined;
    return { count: part.items.length - part.begun, bytes: sum(part.bytes, part.begun) };
  }

  /**
   * Starts the next entry with as many waiting items as fit. Returns `undefined` if no items are waiting. Callers take
   * turns, and each caller's items stay in order.
   */
  begin(now: number): Batch | undefined {
    const items: EntryItem[] = [];
    const shares: Share[] = [];
    let bytes = 0;
    const traceparents: string[] = [];
    for (let part = this.#waiting.peek(); part; part = this.#waiting.peek()) {
      const count = countFitting(part, MAX_ENTRY_NOTIFICATIONS - items.length, roomAfter(bytes));
      if (count === 0) break;
      let shareBytes = 0;
      for (let i = part.begun; i < part.begun + count; i++) {
        items.push(part.items[i] as EntryItem);
        shareBytes += part.bytes[i] ?? 0;
      }
      part.begun += count;
      bytes += shareBytes;
      shares.push({ part, count, bytes: shareBytes });
      if (part.request.traceparent !== undefined) traceparents.push(part.request.traceparent);
      const isSplit = part.begun < part.items.length;
      // If the remaining items fit in one entry, they go into the next entry. A request therefore waits for the bffs at
      // most twice.
      if (!isSplit || !fitsInOneEntry(part)) this.#waiting.rotate();
      if (isSplit) break;
      this.#waiting.delete(part.request.caller, part);
    }
    if (items.length === 0) return undefined;
    this.#wasShared = shares.length > 1;
    const entry: PartitionEntry = {
      v: PARTITION_VERSION,
      run: this.#run,
      partition: this.partition,
      seq: (this.#last?.seq ?? 0) + 1,
      expiresAt: new Date(now + ENTRY_LIFE_MS).toISOString(),
      ...tracedBy(traceparents),
      notifications: items,
    };
    const feeds = new Set(items.map(({ feed }) => feed)).size;
    this.#inProgress = { entry, shares, bytes, feeds, begunAt: now };
    return this.#inProgress;
  }

  /** Call when the entry in progress has been deposited and announced. */
  finish({ entry }: Batch): void {
    this.#inProgress = undefined;
    this.#last = announcementOf(entry);
  }

  /** Abandons the entry in progress and starts a new run. Returns the old run's last announcement. */
  endRun(): PartitionAnnouncement | undefined {
    const last = this.#last;
    this.#inProgress = undefined;
    this.#last = undefined;
    this.#repeated = undefined;
    this.#run = newRun();
    return last;
  }
}

export const announcementOf = ({
  v,
  run,
  partition,
  seq,
  expiresAt,
  traceparent,
  furtherTraces,
}: PartitionEntry): PartitionAnnouncement => ({
  v,
  run,
  partition,
  seq,
  expiresAt,
  ...(traceparent !== undefined && { traceparent }),
  ...(furtherTraces !== undefined && { furtherTraces }),
});

const roomAfter = (bytes: number): number => MAX_ENTRY_BYTES - ENVELOPE_BYTES - bytes;

/** Whether an empty entry has room for all of the part's waiting items. */
const fitsInOneEntry = (part: Part): boolean =>
  part.begun + countFitting(part, MAX_ENTRY_NOTIFICATIONS, roomAfter(0)) === part.items.length;

const sum = (numbers: readonly number[], from: number): number => {
  let total = 0;
  for (let i = from; i < numbers.length; i++) total += numbers[i] ?? 0;
  return total;
};

/**
 * Returns how many of the part's next items fit within `count` items and `bytes`. Items are at most 64 KB, so an empty
 * entry always has room for one.
 */
function countFitting(part: Part, count: number, bytes: number): number {
  let room = bytes;
  let n = 0;
  while (n < count && part.begun + n < part.bytes.length) {
    room -= part.bytes[part.begun + n] ?? 0;
    if (room < 0) break;
    n++;
  }
  return n;
}
