import { DEPENDENCIES, SNAPSHOT_EVERY_MS, type Dependency, type OpsStatus } from '@tocsin/contracts';
import type { Probes } from './ports.ts';

/** Asks the dependencies of this instance every two seconds, and knows since when one does not answer. */
export class DependencyWatch {
  readonly #probes: Probes;
  readonly #now: () => number;
  readonly #since = new Map<Dependency, number>();
  #timer: NodeJS.Timeout | undefined;
  #isLooking = false;

  constructor(probes: Probes, now: () => number) {
    this.#probes = probes;
    this.#now = now;
  }

  start(): void {
    this.#timer = setInterval(() => {
      if (this.#isLooking) return;
      this.#isLooking = true;
      void this.look().finally(() => (this.#isLooking = false));
    }, SNAPSHOT_EVERY_MS).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Asks each dependency once. */
  async look(): Promise<void> {
    await Promise.all(
      DEPENDENCIES.map(async (dependency) => {
        const asked = this.#now();
        try {
          await this.#probes[dependency]?.();
          this.#since.delete(dependency);
        } catch {
          // The reason is in the log of the part that uses it; here only the time counts.
          if (!this.#since.has(dependency)) this.#since.set(dependency, asked);
        }
      }),
    );
  }

  get failing(): OpsStatus['failing'] {
    return [...this.#since].map(([dependency, since]) => ({
      dependency,
      since: new Date(since).toISOString(),
    }));
  }
}
