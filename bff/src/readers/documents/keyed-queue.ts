/** Runs the tasks of one key one after another. */
export class KeyedQueue {
  readonly #running = new Map<string, Promise<unknown>>();

  /** As `work`, which begins when all that was given for the key before has ended, well or not. */
  add<T>(key: string, work: () => Promise<T>): Promise<T> {
    const result = (this.#running.get(key) ?? Promise.resolve()).then(work);
    const settled: Promise<unknown> = result.catch(() => undefined);
    this.#running.set(key, settled);
    void settled.then(() => this.#running.get(key) === settled && this.#running.delete(key));
    return result;
  }
}
