import type { Named } from './names.ts';

/** The adds that have begun but not settled. A cancellation waits for them, so that none stores anything afterwards. */
export class AddsInProgress {
  readonly #adds = new Set<{ list: readonly Named[]; settled: Promise<unknown> }>();

  /**
   * Tracks an add: `parts` are the writes that store the schedules in `list`. Settles once all of them have settled,
   * and rejects if any of them has rejected.
   */
  async track(list: readonly Named[], parts: readonly Promise<void>[]): Promise<void> {
    const add = { list, settled: Promise.allSettled(parts) };
    this.#adds.add(add);
    void add.settled.then(() => this.#adds.delete(add));
    await add.settled;
    await Promise.all(parts);
  }

  /**
   * Calls `remove`, and calls it again once the current adds with a matching name have settled. Rejects as soon as
   * `signal` is aborted during that wait, and never calls `remove` after that.
   */
  async removeAround(
    matches: (name: string) => boolean,
    remove: () => Promise<unknown>,
    signal?: AbortSignal,
  ): Promise<void> {
    const matching = [...this.#adds].filter(({ list }) => list.some(({ name }) => matches(name)));
    await remove();
    signal?.throwIfAborted();
    if (matching.length === 0) return;
    const settled = Promise.all(matching.map((add) => add.settled));
    await Promise.race([settled, ...(signal ? [abortOf(signal)] : [])]);
    signal?.throwIfAborted();
    await remove();
    signal?.throwIfAborted();
  }
}

const abortOf = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
