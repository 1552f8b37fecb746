import { partitionEntryKey } from '@tocsin/contracts';
import { popRange } from '../peek/peek.ts';
import type { Entries, ReachStep } from '../ports.ts';
import type { Progress } from './progress.ts';

export interface FinisherDependencies {
  entries: Pick<Entries, 'pop'>;
  reach: ReachStep;
}

interface Finished {
  run: string;
  from: number;
  to: number;
  settle: { resolve: () => void; reject: (error: unknown) => void };
}

/**
 * Claims what turns have committed and broadcast: stores how far the partition is, then pops the entries. Turns that end
 * meanwhile share the next write. An entry whose pop is not known is there still or gone; its announcement comes again.
 */
export class Finisher {
  readonly #partition: number;
  readonly #progress: Progress;
  readonly #use: FinisherDependencies;
  #waiting: Finished[] = [];
  #underWay: Finished[] = [];

  constructor(partition: number, progress: Progress, dependencies: FinisherDependencies) {
    this.#partition = partition;
    this.#progress = progress;
    this.#use = dependencies;
  }

  /** Resolves when the entries `from` to `to` are popped. Rejects when that is not known. */
  finish(run: string, from: number, to: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ run, from, to, settle: { resolve, reject } });
      if (this.#underWay.length === 0) void this.#work();
    });
  }

  /** Whether the entry is about to be popped here. */
  isFinishing(run: string, seq: number): boolean {
    const holds = (finished: Finished) => finished.run === run && finished.from <= seq && seq <= finished.to;
    return this.#waiting.some(holds) || this.#underWay.some(holds);
  }

  async #work(): Promise<void> {
    while (this.#waiting.length > 0) {
      this.#underWay = this.#waiting.splice(0);
      try {
        await this.#progress.store();
        await this.#use.reach('checkpointed');
        await this.#pop(this.#underWay);
        await this.#use.reach('popped');
        for (const { settle } of this.#underWay) settle.resolve();
      } catch (error) {
        for (const { settle } of this.#underWay) settle.reject(error);
      }
      this.#underWay = [];
    }
  }

  async #pop(all: readonly Finished[]): Promise<void> {
    for (const { run, from, to } of all) {
      const keyOf = (seq: number) => partitionEntryKey({ partition: this.#partition, run, seq });
      await popRange(this.#use.entries, keyOf, from, to);
    }
  }
}
