/** Decides which responses to ignore because they were overtaken by newer ones. */
export class ReadOrder {
  #reads = 0;
  /** The newest completed read of each part of the page. */
  readonly #newest = new Map<string, number>();
  #lastInvalidated = 0;

  /** Starts a read. Call the returned function on completion. If it returns true, ignore the result. */
  start(part: string): () => boolean {
    const read = ++this.#reads;
    return () => {
      if (read <= this.#lastInvalidated || read < (this.#newest.get(part) ?? 0)) return true;
      this.#newest.set(part, read);
      return false;
    };
  }

  /** Ignores the results of all reads so far, such as when they used another token. */
  invalidate(): void {
    this.#lastInvalidated = this.#reads;
  }
}
