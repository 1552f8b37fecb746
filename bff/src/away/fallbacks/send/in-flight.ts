import { settleBy } from '../within.ts';

/** Maximum messages in flight per channel on each instance. */
const MAX_SENDS = 100;

export class InFlight {
  readonly #sends = new Map<string, Set<Promise<unknown>>>();

  /** Whether the channel has reached the limit. The limit keeps a slow channel from delaying other channels. */
  isFull(via: string): boolean {
    return (this.#sends.get(via)?.size ?? 0) >= MAX_SENDS;
  }

  /** Returns `send` and counts it as in flight until it settles. `send` must not reject. */
  add<T>(via: string, send: Promise<T>): Promise<T> {
    const sends = this.#sends.get(via) ?? new Set();
    this.#sends.set(via, sends.add(send));
    void send.finally(() => sends.delete(send));
    return send;
  }

  async settled(): Promise<void> {
    await Promise.allSettled([...this.#sends.values()].flatMap((sends) => [...sends]));
  }
}

/** Whether all sends resolve with true within `ms`. They must not reject. */
export const settledWithin = (ms: number, sends: readonly Promise<boolean>[]): Promise<boolean> =>
  settleBy(
    ms,
    Promise.all(sends).then((settled) => settled.every(Boolean)),
    () => false,
  );
