import { DOCUMENT_VERSION, type Scheduled, type SoonIndex } from '@tocsin/contracts';
import { pause } from '@tocsin/contracts/pause';
import { ScheduleFullError } from '../produce/ports.ts';
import type { DueWindowStore } from './ports.ts';

type Due = SoonIndex['due'][number];

/** What one caller wants changed. */
interface Wish {
  add: ReadonlyMap<string, Due & { scheduled: Scheduled }>;
  remove: (due: Due) => boolean;
  done: () => void;
  failed: (error: unknown) => void;
}

/** The index is read by every producer and written with every change, so it must stay small. */
export const MAX_DUE = 10_000;

const ATTEMPTS = 8;
const BETWEEN_MS = 20;

/**
 * The list of what is due soon. Wishes that arrive while one write is under way go together into the next, and a
 * write that another producer was faster than is repeated on what that one wrote.
 */
export class DueWindow {
  readonly #store: DueWindowStore;
  readonly #onIndex: (index: SoonIndex) => void;
  #waiting: Wish[] = [];
  #writing = false;

  /** `onIndex` is told each index that was read or written. */
  constructor(store: DueWindowStore, onIndex: (index: SoonIndex) => void) {
    this.#store = store;
    this.#onIndex = onIndex;
  }

  /** Resolves when the list has them; a name that it has already stays as it is. @throws ScheduleFullError */
  add(owner: string, list: readonly { name: string; scheduled: Scheduled }[]): Promise<void> {
    const add = new Map(
      list.map(({ name, scheduled }) => [name, { name, at: scheduled.at, owner, scheduled }]),
    );
    return this.#change({ add, remove: () => false });
  }

  /** Resolves when the list has none of those for which `which` is true. */
  remove(which: (due: Due) => boolean): Promise<void> {
    return this.#change({ add: new Map(), remove: which });
  }

  /** The documents of the names as they are stored; `undefined` where one is gone. */
  read(names: readonly string[]): Promise<unknown[]> {
    return this.#store.read(names);
  }

  /** Looks at the index as it stands in the store. */
  async look(): Promise<void> {
    const stored = await this.#store.readIndex();
    this.#onIndex(stored?.index ?? EMPTY);
  }

  #change(wish: Pick<Wish, 'add' | 'remove'>): Promise<void> {
    return new Promise((done, failed) => {
      this.#waiting.push({ ...wish, done, failed });
      if (!this.#writing) void this.#work();
    });
  }

  async #work(): Promise<void> {
    this.#writing = true;
    while (this.#waiting.length > 0) {
      const wishes = this.#waiting;
      this.#waiting = [];
      try {
        await this.#write(wishes);
        for (const { done } of wishes) done();
      } catch (error) {
        for (const { failed } of wishes) failed(error);
      }
    }
    this.#writing = false;
  }

  async #write(wishes: readonly Wish[]): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      const stored = await this.#store.readIndex();
      const due = new Map((stored?.index.due ?? []).map((one) => [one.name, one]));
      const put = new Map<string, Scheduled>();
      const remove = new Set<string>();
      for (const wish of wishes) {
        for (const [name, { scheduled, ...one }] of wish.add) {
          if (due.has(name)) continue;
          due.set(name, one);
          put.set(name, scheduled);
          remove.delete(name);
        }
        for (const one of [...due.values()].filter(wish.remove)) {
          due.delete(one.name);
          put.delete(one.name);
          remove.add(one.name);
        }
      }
      const index: SoonIndex = { v: DOCUMENT_VERSION, due: [...due.values()] };
      if (put.size === 0 && remove.size === 0) return this.#onIndex(index);
      if (put.size > 0 && due.size > MAX_DUE) throw new ScheduleFullError(`${MAX_DUE} are due soon already`);
      try {
        await this.#store.write({ index, put, remove: [...remove] }, stored?.etag);
        return this.#onIndex(index);
      } catch (error) {
        if (attempt === ATTEMPTS) throw error;
        await pause(BETWEEN_MS * attempt);
      }
    }
  }
}

const EMPTY: SoonIndex = { v: DOCUMENT_VERSION, due: [] };
