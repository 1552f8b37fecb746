const MAX_UNTOLD = 1_000;

/**
 * Written documents whose change could not be broadcast; repeating the change without effect broadcasts it
 * again. Beyond 1,000, the oldest are forgotten; those readers see the change with their next one.
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
