import type { Scheduled } from '@tocsin/contracts';
import type { Jobs } from '../schedule/ports.ts';

interface Job {
  at: number;
  scheduled: Scheduled;
  timer?: ReturnType<typeof setTimeout>;
}

const MAX_DELAY_MS = 2 ** 31 - 1;
const RETRY_AFTER_MS = 1_000;

/** Runs jobs as timers in this process, for tests and development without Dapr. They don't survive a restart. */
export class MemoryJobs implements Jobs {
  readonly #jobs = new Map<string, Job>();
  readonly #handOver: (name: string) => Promise<unknown>;

  /** Calls `handOver` with each due job's name. If `handOver` rejects, repeats the call a second later. */
  constructor(handOver: (name: string) => Promise<unknown>) {
    this.#handOver = handOver;
  }

  get names(): string[] {
    return [...this.#jobs.keys()];
  }

  set(name: string, at: number, scheduled: Scheduled): Promise<void> {
    if (!this.#jobs.has(name)) {
      const job = { at, scheduled };
      this.#jobs.set(name, job);
      this.#arm(name, job, at - Date.now());
    }
    return Promise.resolve();
  }

  find(name: string): Promise<Scheduled | undefined> {
    return Promise.resolve(this.#jobs.get(name)?.scheduled);
  }

  remove(name: string): Promise<void> {
    clearTimeout(this.#jobs.get(name)?.timer);
    this.#jobs.delete(name);
    return Promise.resolve();
  }

  async removeAll(prefix: string): Promise<void> {
    for (const name of this.names) if (name.startsWith(prefix)) await this.remove(name);
  }

  #arm(name: string, job: Job, delayMs: number): void {
    // setTimeout has a maximum delay. If the job is due later than that, wait again when the timer fires.
    job.timer = setTimeout(
      () => {
        if (job.at > Date.now()) return this.#arm(name, job, job.at - Date.now());
        const retryLater = () => this.#arm(name, job, RETRY_AFTER_MS);
        this.#handOver(name).then(() => this.#jobs.delete(name), retryLater);
      },
      Math.min(Math.max(0, delayMs), MAX_DELAY_MS),
    ).unref();
  }
}
