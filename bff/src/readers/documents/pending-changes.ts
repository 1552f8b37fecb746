const MAX_UNTOLD = 1_000;

/**
 * Documents that were written, but whose change could not be told: a repetition that changes nothing tells it. Beyond
 * 1,000 the oldest are forgotten; what those readers see follows with their next change.
 */
export class PendingChanges {
  readonly #keys = new Set<string>();

  has(key: string): boolean {
    return this.#keys.has(key);
  }

  /** Tells, and remembers the key while that has not succeeded. */
  async publish(key: string, telling: () => Promise<void>): Promise<void> {
    this.#keys.delete(key);
    try {
      await telling();
    } catch (error) {
      this.#keys.add(key);
      const [oldest] = this.#keys;
      if (this.#keys.size > MAX_UNTOLD && oldest !== undefined) this.#keys.delete(oldest);
      throw error;
    }
  }
}
