import { DOCUMENT_VERSION, type Scheduled, type DueWindowDocument } from '@tocsin/contracts';
import { pause } from '@tocsin/contracts/pause';
import { ScheduleFullError } from '../produce/ports.ts';
import { Batches } from './batches.ts';
import type { DueWindowStore } from './ports.ts';

type Due = DueWindowDocument['due'][number];

interface Change {
  add: ReadonlyMap<string, Due & { scheduled: Scheduled }>;
  remove: (due: Due) => boolean;
  /** Set if the window has no room for what `add` contains. The other changes in the batch are still written. */
  isRefused?: boolean;
}

/**
 * Maximum number of schedules in the window. Keeps the document that lists them small since every producer reads it and
 * every change rewrites it.
 */
export const MAX_DUE = 10_000;

const ATTEMPTS = 8;
const RETRY_PAUSE_MS = 20;

/**
 * The schedules due within the next minute, shared by all producers. Changes that arrive during a write are batched
 * into the next one. If another producer wrote first, reapplies the change to that producer's version.
 */
export class DueWindow {
  readonly #store: DueWindowStore;
  readonly #onIndex: (index: DueWindowDocument) => void;
  readonly #changes = new Batches<Change>((changes) => this.#write(changes));
  #finished = 0;

  /** Calls `onIndex` with each index that was read or written, never with an older one after a newer one. */
  constructor(store: DueWindowStore, onIndex: (index: DueWindowDocument) => void) {
    this.#store = store;
    this.#onIndex = onIndex;
  }

  /**
   * Resolves when the window contains the schedules. An existing schedule keeps its content.
   * @throws ScheduleFullError
   */
  async add(owner: string, list: readonly { name: string; scheduled: Scheduled }[]): Promise<void> {
    const add = new Map(
      list.map(({ name, scheduled }) => [name, { name, at: scheduled.at, owner, scheduled }]),
    );
    const change: Change = { add, remove: () => false };
    await this.#changes.add(change);
    if (change.isRefused) throw new ScheduleFullError(`${MAX_DUE} schedules are already due within a minute`);
  }

  /** Resolves when no schedule in the window matches `which`. */
  remove(which: (due: Due) => boolean): Promise<void> {
    return this.#changes.add({ add: new Map(), remove: which });
  }

  read(names: readonly string[]): Promise<unknown[]> {
    return this.#store.read(names);
  }

  /**
   * Reads the index from the store. Discards the result if a change finished during the read, since the change is
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
      const due = new Map((stored?.index.due ?? []).map((one) => [one.name, one]));
      const put = new Map<string, Scheduled>();
      const remove = new Set<string>();
      for (const change of changes) {
        const added = [...change.add].filter(([name]) => !due.has(name));
        change.isRefused = added.length > 0 && due.size + added.length > MAX_DUE;
        for (const [name, { scheduled, ...one }] of change.isRefused ? [] : added) {
          due.set(name, one);
          put.set(name, scheduled);
          remove.delete(name);
        }
        for (const one of [...due.values()].filter(change.remove)) {
          due.delete(one.name);
          put.delete(one.name);
          remove.add(one.name);
        }
      }
      const index: DueWindowDocument = { v: DOCUMENT_VERSION, due: [...due.values()] };
      if (put.size === 0 && remove.size === 0) return this.#finish(index);
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
