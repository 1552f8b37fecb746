import type { Scheduled } from '@tocsin/contracts';
import type { Jobs } from '../schedule/index.ts';

/** Jobs as timers of this process, for tests and work without Dapr: they end with it. */
export class MemoryJobs implements Jobs {
  readonly #jobs = new Map<string, { scheduled: Scheduled; timer: ReturnType<typeof setTimeout> }>();
  readonly #handOver: (scheduled: Scheduled) => void;

  constructor(handOver: (scheduled: Scheduled) => void) {
    this.#handOver = handOver;
  }

  get names(): string[] {
    return [...this.#jobs.keys()];
  }

  set(name: string, at: number, scheduled: Scheduled): Promise<void> {
    if (!this.#jobs.has(name)) {
      // Longer waits than a timer can have end early: what is handed over then is not due for long, and set anew.
      const timer = setTimeout(
        () => {
          this.#jobs.delete(name);
          this.#handOver(scheduled);
        },
        Math.min(Math.max(0, at - Date.now()), 2 ** 31 - 1),
      ).unref();
      this.#jobs.set(name, { scheduled, timer });
    }
    return Promise.resolve();
  }

  remove(name: string): Promise<void> {
    clearTimeout(this.#jobs.get(name)?.timer);
    this.#jobs.delete(name);
    return Promise.resolve();
  }

  async removeAll(prefix: string): Promise<void> {
    for (const name of this.names) if (name.startsWith(prefix)) await this.remove(name);
  }
}
