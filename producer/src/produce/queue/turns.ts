/** A caller's name, or `undefined` for all callers without a key. */
export type CallerName = string | undefined;

/** A queue in which callers take turns, so that no caller has to wait for all of another caller's items. */
export class Turns<T> {
  /** Each caller's items. Contains no empty sets. The current caller comes first. */
  readonly #items = new Map<CallerName, Set<T>>();

  get isEmpty(): boolean {
    return this.#items.size === 0;
  }

  get callers(): Iterable<CallerName> {
    return this.#items.keys();
  }

  /** Adds the item after the caller's other items. An item that is already queued doesn't move. */
  add(caller: CallerName, item: T): void {
    const items = this.#items.get(caller);
    if (items) items.add(item);
    else this.#items.set(caller, new Set([item]));
  }

  /** The current caller's oldest item. */
  peek(): T | undefined {
    for (const items of this.#items.values()) for (const item of items) return item;
    return undefined;
  }

  /** Each caller's oldest item. */
  *oldestItems(): Iterable<T> {
    for (const [head] of this.#items.values()) yield head as T;
  }

  /** Ends the current caller's turn. */
  rotate(): void {
    for (const [caller, items] of this.#items) {
      if (this.#items.size === 1) return;
      this.#items.delete(caller);
      this.#items.set(caller, items);
      return;
    }
  }

  /** Removes the item. Returns false if the caller did not have it. */
  delete(caller: CallerName, item: T): boolean {
    const items = this.#items.get(caller);
    if (!items?.delete(item)) return false;
    if (items.size === 0) this.#items.delete(caller);
    return true;
  }
}
