/** Passes items to `write` in sequential batches. Items that arrive during a write form the next batch. */
export class Batches<T> {
  readonly #write: (items: readonly T[]) => Promise<void>;
  #waiting: { item: T; done: () => void; failed: (error: unknown) => void }[] = [];
  #writing = false;

  constructor(write: (items: readonly T[]) => Promise<void>) {
    this.#write = write;
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
      const batch = this.#waiting;
      this.#waiting = [];
      try {
        await this.#write(batch.map(({ item }) => item));
        for (const { done } of batch) done();
      } catch (error) {
        for (const { failed } of batch) failed(error);
      }
    }
    this.#writing = false;
  }
}
