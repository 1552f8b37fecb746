import { partitionEntryKey } from '@tocsin/contracts';
import type { Entries, OnStep } from '../ports.ts';
import type { Progress } from './progress.ts';
import { popRange } from './pop-range.ts';

export interface ClaimerDependencies {
  entries: Pick<Entries, 'pop'>;
  onStep: OnStep;
}

interface Claim {
  run: string;
  from: number;
  to: number;
  settle: { resolve: () => void; reject: (error: unknown) => void };
}

/**
 * Claims entries that turns have committed and broadcast: writes the checkpoint, then pops the entries. If turns end
 * while the checkpoint is being written, they share the next write. If a pop's outcome is unknown, Dapr redelivers the
 * announcement.
 */
export class Claimer {
  readonly #partition: number;
  readonly #progress: Progress;
  readonly #dependencies: ClaimerDependencies;
  #waiting: Claim[] = [];
  #inProgress: Claim[] = [];

  constructor(partition: number, progress: Progress, dependencies: ClaimerDependencies) {
    this.#partition = partition;
    this.#progress = progress;
    this.#dependencies = dependencies;
  }

  /** Resolves when entries `from` to `to` are popped. Rejects if the outcome is unknown. */
  claim(run: string, from: number, to: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ run, from, to, settle: { resolve, reject } });
      if (this.#inProgress.length === 0) void this.#work();
    });
  }

  isClaiming(run: string, seq: number): boolean {
    const includesEntry = (claim: Claim) => claim.run === run && claim.from <= seq && seq <= claim.to;
    return this.#waiting.some(includesEntry) || this.#inProgress.some(includesEntry);
  }

  async #work(): Promise<void> {
    while (this.#waiting.length > 0) {
      this.#inProgress = this.#waiting.splice(0);
      try {
        await this.#progress.store();
        await this.#dependencies.onStep('checkpointed');
        await this.#pop(this.#inProgress);
        await this.#dependencies.onStep('popped');
        for (const { settle } of this.#inProgress) settle.resolve();
      } catch (error) {
        for (const { settle } of this.#inProgress) settle.reject(error);
      }
      this.#inProgress = [];
    }
  }

  async #pop(all: readonly Claim[]): Promise<void> {
    for (const { run, from, to } of all) {
      const keyOf = (seq: number) => partitionEntryKey({ partition: this.#partition, run, seq });
      await popRange(this.#dependencies.entries, keyOf, from, to);
    }
  }
}
