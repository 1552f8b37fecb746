/** Maximum number of messages of a channel that an instance has in flight. */
const MAX_SENDS = 100;

/** The messages that an instance is sending. */
export class InFlight {
  readonly #sends = new Map<string, Set<Promise<void>>>();

  /** Whether the channel has reached its limit. The limit keeps a slow channel from delaying the others. */
  isFull(via: string): boolean {
    return (this.#sends.get(via)?.size ?? 0) >= MAX_SENDS;
  }

  /** `send` must not reject. */
  add(via: string, send: Promise<void>): void {
    const sends = this.#sends.get(via) ?? new Set();
    this.#sends.set(via, sends.add(send));
    void send.finally(() => sends.delete(send));
  }

  async settled(): Promise<void> {
    await Promise.allSettled([...this.#sends.values()].flatMap((sends) => [...sends]));
  }
}
