import { SNAPSHOT_EVERY_MS, type InstanceSnapshot } from '@tocsin/contracts';
import type { InstanceBoard } from './ports.ts';

export interface ReporterOptions {
  instance: string;
  board: InstanceBoard;
  takeSnapshot: () => Promise<InstanceSnapshot>;
  /** Called once for several failures in a row. The reporter continues. */
  onFault: (error: unknown) => void;
}

/** Shows this instance's figures to all instances, until it stops. */
export class InstanceReporter {
  readonly #options: ReporterOptions;
  #timer: NodeJS.Timeout | undefined;
  #underWay: Promise<void> | undefined;
  #failures = 0;

  constructor(options: ReporterOptions) {
    this.#options = options;
  }

  start(): void {
    this.#timer = setInterval(() => {
      this.#underWay ??= this.#report().finally(() => {
        this.#underWay = undefined;
      });
    }, SNAPSHOT_EVERY_MS).unref();
  }

  /** Removes the instance from the board. If that fails, its figures expire. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#underWay;
    await this.#countFailures(this.#options.board.withdraw(this.#options.instance));
  }

  async #report(): Promise<void> {
    const { board, takeSnapshot } = this.#options;
    await this.#countFailures(takeSnapshot().then((snapshot) => board.post(snapshot)));
  }

  async #countFailures(work: Promise<void>): Promise<void> {
    try {
      await work;
      this.#failures = 0;
    } catch (error) {
      // A single failure is normal: two instances may start at once, or the sidecar may start after its application.
      if (++this.#failures === 2) this.#options.onFault(error);
    }
  }
}
