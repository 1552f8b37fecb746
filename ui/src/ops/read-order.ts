/** Decides which responses to ignore because newer ones have overtaken them. */
export class ReadOrder {
  #reads = 0;
  /** The newest read of each part of the page that has an outcome. */
  readonly #newest = new Map<string, number>();
  #lastInvalidated = 0;

  /** Starts a read. When its outcome is known, call the returned function: true means to ignore the outcome. */
  start(part: string): () => boolean {
    const read = ++this.#reads;
    return () => {
      if (read <= this.#lastInvalidated || read < (this.#newest.get(part) ?? 0)) return true;
      this.#newest.set(part, read);
      return false;
    };
  }

  /** Ignores the outcomes of all reads so far, for example because they used another token. */
  invalidate(): void {
    this.#lastInvalidated = this.#reads;
  }
}
