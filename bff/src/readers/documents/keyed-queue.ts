/** Runs tasks with the same key one at a time. */
export class KeyedQueue {
  readonly #running = new Map<string, Promise<unknown>>();

  /** Runs `work` after all earlier tasks with this key have settled. Settles like `work`. */
  add<T>(key: string, work: () => Promise<T>): Promise<T> {
    const result = (this.#running.get(key) ?? Promise.resolve()).then(work);
    const settled: Promise<unknown> = result.catch(() => undefined);
    this.#running.set(key, settled);
    void settled.then(() => this.#running.get(key) === settled && this.#running.delete(key));
    return result;
  }
}
