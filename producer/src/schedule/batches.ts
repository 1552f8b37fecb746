/**
 * Passes items to `write` in sequential batches. Items that arrive during a write form the next batch. To limit a
 * batch, pass a `firstOf` that returns only the first few of the waiting items.
 */
export class Batches<T> {
  readonly #write: (items: readonly T[]) => Promise<void>;
  readonly #firstOf: (items: readonly T[]) => readonly T[];
  #waiting: { item: T; done: () => void; failed: (error: unknown) => void }[] = [];
  #writing = false;

  constructor(
    write: (items: readonly T[]) => Promise<void>,
    firstOf: (items: readonly T[]) => readonly T[] = (items) => items,
  ) {
    this.#write = write;
    this.#firstOf = firstOf;
  }

  /** Resolves once the batch with this item has been written. Rejects if that fails. */
  add(item: T): Promise<void> {
    return new Promise((done, failed) => {
      this.#waiting.push({ item, done, failed });
      if (!this.#writing) void this.#work();
    });
  }

  async #work(): Promise<void> {
    this.#writing = true;
    while (this.#waiting.length > 0) {
      const items = this.#firstOf(this.#waiting.map(({ item }) => item));
      const batch = this.#waiting.splice(0, items.length);
      try {
        await this.#write(items);
        for (const { done } of batch) done();
      } catch (error) {
        for (const { failed } of batch) failed(error);
      }
    }
    this.#writing = false;
  }
}
