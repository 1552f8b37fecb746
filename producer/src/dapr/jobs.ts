import type { Scheduled } from '@tocsin/contracts';
import type { Sidecar } from '@tocsin/service';
import type { Jobs } from '../schedule/ports.ts';

/**
 * Stores schedules as jobs of Dapr's scheduler. When a job is due, the scheduler calls `/job/<name>` on any producer,
 * and repeats the call every second until a producer accepts the job.
 */
export class DaprJobs implements Jobs {
  readonly #sidecar: Sidecar;
  readonly #removeAll: (prefix: string) => Promise<void>;

  /** `removeAll` is passed in because the sidecar offers that call only over gRPC. */
  constructor(sidecar: Sidecar, removeAll: (prefix: string) => Promise<void>) {
    this.#sidecar = sidecar;
    this.#removeAll = removeAll;
  }

  set(name: string, at: number, scheduled: Scheduled): Promise<void> {
    return this.#sidecar.scheduleJob(name, at, scheduled);
  }

  find(name: string): Promise<unknown> {
    return this.#sidecar.findJob(name);
  }

  remove(name: string): Promise<void> {
    return this.#sidecar.deleteJob(name);
  }

  removeAll(prefix: string): Promise<void> {
    return this.#removeAll(prefix);
  }
}
