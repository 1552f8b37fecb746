import { DOCUMENT_VERSION, prefixWithin, type Scheduled, type DueWindowDocument } from '@tocsin/contracts';
import { pause } from '@tocsin/contracts/pause';
import { ScheduleFullError } from '../produce/ports.ts';
import { Batches } from './batches.ts';
import { inParallel } from './in-parallel.ts';
import type { DueWindowStore } from './ports.ts';

type Due = DueWindowDocument['due'][number];

interface Change {
  add: ReadonlyMap<string, Due & { scheduled: Scheduled }>;
  remove?: (due: Due) => boolean;
  /** Called before each write attempt, after reading the index. Resolve with false to change nothing. */
  isCurrent?: () => Promise<boolean>;
  /** Whether to write the index even if it is unchanged. Writes based on an earlier version then fail. */
  isAlwaysWritten?: boolean;
  /** Reason for adding nothing: the window is full, or `isCurrent` rejected. The batch's other changes are written. */
  failure?: Error;
}

/**
 * Maximum number of schedules in the window. Keeps the document that lists them small since every producer reads it and
 * every change rewrites it.
 */
export const MAX_DUE = 10_000;

/**
 * Limits on a batch. They keep the cost of a failed write low: few callers wait for the retry, and few checks are
 * repeated.
 */
const MAX_BATCH = 1_000;
const MAX_BATCH_BYTES = 1024 * 1024;

const ATTEMPTS = 8;
const PARALLEL_CHECKS = 16;
const RETRY_PAUSE_MS = 20;

/**
 * The schedules due within the next minute, shared by all producers. Batches changes that arrive during a write. If
 * another producer wrote first, reapplies the batch to that producer's version.
 */
export class DueWindow {
  readonly #store: DueWindowStore;
  readonly #onIndex: (index: DueWindowDocument) => void;
  readonly #changes = new Batches<Change>(
    (changes) => this.#write(changes),
    (waiting) => prefixWithin(waiting, MAX_BATCH, MAX_BATCH_BYTES, bytesOf),
  );
  #finished = 0;

  /** Calls `onIndex` with each index that was read or written, but never with one older than the last. */
  constructor(store: DueWindowStore, onIndex: (index: DueWindowDocument) => void) {
    this.#store = store;
    this.#onIndex = onIndex;
  }

  /**
   * Resolves when the window contains the schedules. An existing schedule's content stays unchanged. Adds nothing if
   * `isCurrent` resolves to false. Re-evaluates `isCurrent` whenever another producer writes first.
   * @throws ScheduleFullError
   */
  async add(
    owner: string,
    list: readonly { name: string; scheduled: Scheduled }[],
    isCurrent?: () => Promise<boolean>,
  ): Promise<void> {
    const add = new Map(
      list.map(({ name, scheduled }) => [name, { name, at: scheduled.at, owner, scheduled }]),
    );
    const change: Change = { add, ...(isCurrent && { isCurrent }) };
    await this.#changes.add(change);
    if (change.failure) throw change.failure;
  }

  /** Resolves when no schedule in the window satisfies `matches`. Removes nothing once `signal` is aborted. */
  remove(matches: (due: Due) => boolean, signal?: AbortSignal): Promise<void> {
    return this.#changes.add({ add: new Map(), remove: matches, isCurrent: async () => !signal?.aborted });
  }

  /** Like `remove`, but also makes all producers with a write in progress re-evaluate `isCurrent`. */
  removeForGood(matches: (due: Due) => boolean, signal?: AbortSignal): Promise<void> {
    const isCurrent = async () => !signal?.aborted;
    return this.#changes.add({ add: new Map(), remove: matches, isCurrent, isAlwaysWritten: true });
  }

  read(names: readonly string[]): Promise<unknown[]> {
    return this.#store.read(names);
  }

  /**
   * Returns the names that are in the window but have lost their content. Call it only with names whose content was
   * missing in an earlier read. If another producer removed such a schedule, the window no longer lists its name, since
   * a producer removes the name before the content.
   */
  async lost(names: readonly string[]): Promise<string[]> {
    const listed = new Set((await this.list()).map(({ name }) => name));
    const candidates = names.filter((name) => listed.has(name));
    const contents = candidates.length > 0 ? await this.read(candidates) : [];
    return candidates.filter((_, index) => contents[index] === undefined);
  }

  /**
   * Reads the index from the store. If a change finished during the read, discards the result, because the change is
   * newer.
   */
  async refresh(): Promise<void> {
    const finished = this.#finished;
    const due = await this.list();
    if (finished === this.#finished) this.#onIndex({ v: DOCUMENT_VERSION, due });
  }

  /** Returns the names in the window, and when they are due. */
  async list(): Promise<Due[]> {
    return (await this.#store.readIndex())?.index.due ?? [];
  }

  async #write(changes: readonly Change[]): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      const stored = await this.#store.readIndex();
      const due = new Map((stored?.index.due ?? []).map((entry) => [entry.name, entry]));
      const put = new Map<string, Scheduled>();
      const remove = new Set<string>();
      const current = await currentOf(changes);
      const isForced = [...current].some(({ isAlwaysWritten }) => isAlwaysWritten);
      for (const change of changes.filter((one) => current.has(one))) {
        const added = [...change.add].filter(([name]) => !due.has(name));
        const isFull = added.length > 0 && due.size + added.length > MAX_DUE;
        if (isFull)
          change.failure = new ScheduleFullError(`${MAX_DUE} schedules are already due within a minute`);
        for (const [name, { scheduled, ...entry }] of isFull ? [] : added) {
          due.set(name, entry);
          put.set(name, scheduled);
          remove.delete(name);
        }
        for (const entry of change.remove ? [...due.values()].filter(change.remove) : []) {
          due.delete(entry.name);
          put.delete(entry.name);
          remove.add(entry.name);
        }
      }
      const index: DueWindowDocument = { v: DOCUMENT_VERSION, due: [...due.values()] };
      if (put.size === 0 && remove.size === 0 && !isForced) return this.#finish(index);
      try {
        await this.#store.write({ index, put, remove: [...remove] }, stored?.etag);
        return this.#finish(index);
      } catch (error) {
        if (attempt === ATTEMPTS) throw error;
        await pause(RETRY_PAUSE_MS * attempt);
      }
    }
  }

  #finish(index: DueWindowDocument): void {
    this.#finished++;
    this.#onIndex(index);
  }
}

/** The size of the documents that a change adds. */
const bytesOf = ({ add }: Change): number =>
  [...add.values()].reduce((sum, { scheduled }) => sum + Buffer.byteLength(JSON.stringify(scheduled)), 0);

/**
 * Returns the changes that are still current. If a change couldn't be checked, sets the change's `failure`. Otherwise,
 * clears it.
 */
async function currentOf(changes: readonly Change[]): Promise<Set<Change>> {
  const current = new Set<Change>();
  await inParallel(changes, PARALLEL_CHECKS, async (change) => {
    delete change.failure;
    try {
      if (!change.isCurrent || (await change.isCurrent())) current.add(change);
    } catch (error) {
      change.failure = error instanceof Error ? error : new Error(String(error));
    }
  });
  return current;
}
