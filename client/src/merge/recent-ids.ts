import { dropOldest } from './drop-oldest.ts';

/** Remembers the `limit` ids that were added last. Adding an id again makes it the latest. */
export class RecentIds {
  readonly #ids = new Set<string>();
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  clear(): void {
    this.#ids.clear();
  }

  has(id: string): boolean {
    return this.#ids.has(id);
  }

  /** Returns whether the id is new. */
  add(id: string): boolean {
    const isNew = !this.#ids.delete(id);
    this.#ids.add(id);
    dropOldest(this.#ids, this.#limit);
    return isNew;
  }
}
