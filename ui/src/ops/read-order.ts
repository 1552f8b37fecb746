/** Decides which responses to ignore because a newer response superseded them. */
export class ReadOrder {
  #reads = 0;
  /** The newest completed read for each part of the page. */
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

  /** Makes all pending reads ignore their results, for example after the token has changed. */
  invalidate(): void {
    this.#lastInvalidated = this.#reads;
  }
}
