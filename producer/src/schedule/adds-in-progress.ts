import type { Named } from './names.ts';

/** The adds that have begun but not settled. A cancellation waits for them, so nothing is stored after it. */
export class AddsInProgress {
  readonly #adds = new Set<{ list: readonly Named[]; settled: Promise<unknown> }>();

  /** Resolves when all of `parts`, which store the schedules in `list`, have resolved. */
  async track(list: readonly Named[], parts: readonly Promise<void>[]): Promise<void> {
    const add = { list, settled: Promise.allSettled(parts) };
    this.#adds.add(add);
    void add.settled.then(() => this.#adds.delete(add));
    await Promise.all(parts);
  }

  /** Resolves when every current add with a matching name has settled. */
  async settled(matches: (name: string) => boolean): Promise<void> {
    const matching = [...this.#adds].filter(({ list }) => list.some(({ name }) => matches(name)));
    await Promise.all(matching.map(({ settled }) => settled));
  }
}
