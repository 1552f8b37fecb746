import { SNAPSHOT_EVERY_MS, type InstanceSnapshot } from '@tocsin/contracts';
import type { InstanceBoard } from './ports.ts';

export interface ReporterOptions {
  instance: string;
  board: InstanceBoard;
  takeSnapshot: () => Promise<InstanceSnapshot>;
  /** Told once of several failures that follow each other; it goes on all the same. */
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

  /** Takes the instance off the board; if that fails, its figures expire by themselves. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#underWay;
    await this.#noting(this.#options.board.withdraw(this.#options.instance));
  }

  async #report(): Promise<void> {
    const { board, takeSnapshot } = this.#options;
    await this.#noting(takeSnapshot().then((snapshot) => board.post(snapshot)));
  }

  async #noting(work: Promise<void>): Promise<void> {
    try {
      await work;
      this.#failures = 0;
    } catch (error) {
      // A first one is usual: two instances that come at once, or a sidecar that comes after its application.
      if (++this.#failures === 2) this.#options.onFault(error);
    }
  }
}
