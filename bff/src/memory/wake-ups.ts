import type { WakeUps } from '../away/ports.ts';

const RETRY_MS = 1_000;
/** Maximum setTimeout delay. A wake-up that fires early has no effect and gets rescheduled. */
const MAX_DELAY_MS = 2 ** 31 - 1;

/** Wake-ups within a single process. They are lost when the process ends. */
export class MemoryWakeUps implements WakeUps {
  readonly #wake: (name: string) => Promise<unknown> | undefined;
  readonly #timers = new Map<string, NodeJS.Timeout>();

  constructor(wake: (name: string) => Promise<unknown> | undefined) {
    this.#wake = wake;
  }

  async set(name: string, at: number): Promise<void> {
    if (!this.#timers.has(name)) this.#wait(name, at - Date.now());
  }

  #wait(name: string, ms: number): void {
    const timer = setTimeout(() => void this.#fire(name), Math.min(Math.max(ms, 0), MAX_DELAY_MS));
    this.#timers.set(name, timer.unref());
  }

  async #fire(name: string): Promise<void> {
    try {
      await this.#wake(name);
      this.#timers.delete(name);
    } catch {
      // Like Dapr, redelivers the wake-up until it is accepted.
      this.#wait(name, RETRY_MS);
    }
  }
}
