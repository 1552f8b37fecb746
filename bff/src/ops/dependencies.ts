import { DEPENDENCIES, SNAPSHOT_EVERY_MS, type Dependency, type OpsStatus } from '@tocsin/contracts';
import type { Probes } from './ports.ts';

/** Checks this instance's dependencies every two seconds and records when each started failing. */
export class DependencyWatch {
  readonly #probes: Probes;
  readonly #now: () => number;
  readonly #since = new Map<Dependency, number>();
  #timer: NodeJS.Timeout | undefined;
  #isChecking = false;

  constructor(probes: Probes, now: () => number) {
    this.#probes = probes;
    this.#now = now;
  }

  start(): void {
    this.#timer = setInterval(() => {
      if (this.#isChecking) return;
      this.#isChecking = true;
      void this.check().finally(() => (this.#isChecking = false));
    }, SNAPSHOT_EVERY_MS).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async check(): Promise<void> {
    await Promise.all(
      DEPENDENCIES.map(async (dependency) => {
        const startedAt = this.#now();
        try {
          await this.#probes[dependency]?.();
          this.#since.delete(dependency);
        } catch {
          // Not logged here because the code that uses a dependency logs the failures.
          if (!this.#since.has(dependency)) this.#since.set(dependency, startedAt);
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
