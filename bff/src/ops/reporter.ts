import { SNAPSHOT_EVERY_MS, type InstanceSnapshot } from '@tocsin/contracts';
import { PastHour } from './past.ts';
import type { InstanceBoard, PastHourStore } from './ports.ts';

/** The past hour's metrics are written with every fifth snapshot, which is every ten seconds. */
const PAST_EVERY = 5;

export interface ReporterOptions {
  instance: string;
  board: InstanceBoard;
  past: PastHourStore;
  takeSnapshot: () => Promise<InstanceSnapshot>;
  now: () => number;
  /** Called once per series of failures, on the second failure in a row. The reporter keeps running. */
  onError: (error: unknown) => void;
}

/** Shares this instance's current metrics and past hour with all instances until `stop`. */
export class InstanceReporter {
  readonly #options: ReporterOptions;
  readonly #past = new PastHour();
  #hasContinued = false;
  #last: InstanceSnapshot | undefined;
  #snapshotCount = 0;
  #timer: NodeJS.Timeout | undefined;
  #reporting: Promise<void> | undefined;
  #failures = 0;

  constructor(options: ReporterOptions) {
    this.#options = options;
  }

  start(): void {
    this.#timer = setInterval(() => {
      this.#reporting ??= this.#report().finally(() => {
        this.#reporting = undefined;
      });
    }, SNAPSHOT_EVERY_MS).unref();
  }

  /** Removes the instance from the board and records that it was stopped. If that fails, the metrics expire. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#reporting;
    const { board, past, instance, now } = this.#options;
    await this.#countFailures(board.withdraw(instance));
    const stoppedAt = new Date(now()).toISOString();
    if (this.#last) await this.#countFailures(past.save(this.#past.documentOf(this.#last, stoppedAt)));
  }

  async #report(): Promise<void> {
    const { board, past, takeSnapshot } = this.#options;
    await this.#countFailures(
      takeSnapshot().then(async (snapshot) => {
        this.#last = snapshot;
        this.#past.add(snapshot);
        await board.post(snapshot);
        if (this.#snapshotCount++ % PAST_EVERY !== 0) return;
        await this.#continue(snapshot);
        await past.save(this.#past.documentOf(snapshot));
      }),
    );
  }

  /** Continues the metrics of a previous process with the same instance name. Done only once. */
  async #continue({ instance }: InstanceSnapshot): Promise<void> {
    if (this.#hasContinued) return;
    const previous = await this.#options.past.find(instance);
    this.#hasContinued = true;
    if (previous) this.#past.continueFrom(previous.minutes);
  }

  async #countFailures(work: Promise<void>): Promise<void> {
    try {
      await work;
      this.#failures = 0;
    } catch (error) {
      // A single failure is normal: instances that start at the same time can conflict, and the sidecar can start after
      // the application.
      if (++this.#failures === 2) this.#options.onError(error);
    }
  }
}
