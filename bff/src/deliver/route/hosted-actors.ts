import { LRUCache } from 'lru-cache';

const HOSTED_MS = 10_000;
const MAX_ACTORS = 20_000;

/** The actors on this instance that Dapr has called within the last 10 s. */
export class HostedActors {
  readonly #names = new LRUCache<string, true>({
    ...{ maxSize: MAX_ACTORS, sizeCalculation: () => 1 },
    // A clock that doesn't jump when the system's clock is set.
    ...{ ttl: HOSTED_MS, ttlResolution: 0, perf: { now: () => performance.now() } },
  });

  add(name: string): void {
    this.#names.set(name, true);
  }

  remove(name: string): void {
    this.#names.delete(name);
  }

  has(name: string): boolean {
    return this.#names.has(name);
  }
}
