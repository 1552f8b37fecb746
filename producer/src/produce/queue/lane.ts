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

/** Room for the members of an entry besides its notifications. All traces together take less than 3 KB. */
const ENVELOPE_BYTES = 4_096;

/** The items of one part that are in an entry. */
interface Share {
  readonly part: Part;
  readonly count: number;
  readonly bytes: number;
}

/** An entry in progress, and the parts that its items belong to. */
export interface Batch {
  readonly entry: PartitionEntry;
  readonly shares: readonly Share[];
  readonly bytes: number;
  readonly begunAt: number;
}

/**
 * The notifications and changes for the feeds of one partition. At most one entry is in progress. A run is one life
 * of a lane: `seq` counts its entries, and entry n starts only after entry n - 1 has finished, so a run has no gaps.
 */
export class Lane {
  readonly partition: number;
  #run = newRun();
  /** The announcement of the highest finished entry of the run. */
  #last: PartitionAnnouncement | undefined;
  /** The last announcement that was repeated. */
  #repeated: PartitionAnnouncement | undefined;
  readonly #waiting = new Turns<Part>();
  #underWay: Batch | undefined;
  #wasShared = false;
  /** The lane starts no entry before this time, in ms of the producer's clock. */
  restsUntil = 0;

  constructor(partition: number) {
    this.partition = partition;
  }

  get last(): PartitionAnnouncement | undefined {
    return this.#last;
  }

  /** Whether the announcement of the last finished entry must still be repeated. */
  get owesRepetition(): boolean {
    return this.#last !== this.#repeated;
  }

  /** Returns the announcement that must still be repeated, if any, and marks it as repeated. */
  takeRepetition(): PartitionAnnouncement | undefined {
    if (!this.owesRepetition) return undefined;
    this.#repeated = this.#last;
    return this.#last;
  }

  get isBusy(): boolean {
    return this.#underWay !== undefined;
  }

  /** Whether its last entry contained items of several requests. */
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

  add(part: Part): void {
    this.#waiting.add(part.request.caller, part);
  }

  /** Drops the items of `part` that are not in an entry yet. Returns their number and bytes. */
  drop(part: Part): { count: number; bytes: number } | undefined {
    if (!this.#waiting.delete(part.request.caller, part)) return undefined;
    return { count: part.items.length - part.begun, bytes: sum(part.bytes, part.begun) };
  }

  /**
   * Starts the next entry with as many waiting items as fit; returns `undefined` if none is waiting. Callers take
   * turns; the items of each caller keep their order.
   */
  begin(now: number): Batch | undefined {
    const items: EntryItem[] = [];
    const shares: Share[] = [];
    let bytes = 0;
    const traceparents: string[] = [];
    for (let part = this.#waiting.peek(); part; part = this.#waiting.peek()) {
      const count = fitting(part, MAX_ENTRY_NOTIFICATIONS - items.length, roomAfter(bytes));
      if (count === 0) break;
      let own = 0;
      for (let i = part.begun; i < part.begun + count; i++) {
        items.push(part.items[i] as EntryItem);
        own += part.bytes[i] ?? 0;
      }
      part.begun += count;
      bytes += own;
      shares.push({ part, count, bytes: own });
      if (part.request.traceparent !== undefined) traceparents.push(part.request.traceparent);
      this.#waiting.rotate();
      if (part.begun < part.items.length) break;
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
    this.#underWay = { entry, shares, bytes, begunAt: now };
    return this.#underWay;
  }

  /** Call when the entry in progress has been deposited and announced. */
  finish({ entry }: Batch): void {
    this.#underWay = undefined;
    this.#last = announcementOf(entry);
  }

  /** Abandons the entry in progress and starts a new run. Returns the last announcement of the old run. */
  endRun(): PartitionAnnouncement | undefined {
    const last = this.#last;
    this.#underWay = undefined;
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

const sum = (numbers: readonly number[], from: number): number => {
  let total = 0;
  for (let i = from; i < numbers.length; i++) total += numbers[i] ?? 0;
  return total;
};

/**
 * How many of the part's next items fit into `count` places and `bytes`. The largest allowed item has 64 KB, so an
 * empty entry has room for at least one.
 */
function fitting(part: Part, count: number, bytes: number): number {
  let room = bytes;
  let n = 0;
  while (n < count && part.begun + n < part.bytes.length) {
    room -= part.bytes[part.begun + n] ?? 0;
    if (room < 0) break;
    n++;
  }
  return n;
}
