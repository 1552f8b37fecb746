import { DOCUMENT_VERSION, ENTRY_LIFE_MS, type Checkpoint } from '@tocsin/contracts';
import type { Checkpoints } from '../ports.ts';

/** Runs that a checkpoint remembers; those that were quiet longest go first. */
const MAX_RUNS = 500;

type Runs = Checkpoint['runs'];

export interface ProgressDependencies {
  checkpoints: Checkpoints;
  now: () => number;
}

/**
 * How far one partition is, as this host knows it: of each run all up to a number are committed and broadcast. What the
 * store holds may be less. Two hosts never contradict each other, so that the higher number of each run holds; a store
 * that holds less than this host wrote was rolled back, and then only the store counts.
 */
export class Progress {
  readonly #partition: number;
  readonly #use: ProgressDependencies;
  #runs: Runs = {};
  #stored: Runs = {};
  /** None after a write whose outcome is not known. */
  #etag: number | undefined;
  /** The state that was last read or written, to which new progress is added. */
  #seen = { etag: 0, version: 0 };
  #last: Promise<unknown> = Promise.resolve();

  constructor(partition: number, dependencies: ProgressDependencies) {
    this.#partition = partition;
    this.#use = dependencies;
  }

  /** Reads the checkpoint unless it was read before. */
  async known(): Promise<void> {
    if (this.#etag === undefined) await this.reload();
  }

  /** Reads the checkpoint, including writes of other hosts. True if this changed anything. */
  reload(): Promise<boolean> {
    return this.#alone(async () => {
      const stored = await this.#use.checkpoints.read(this.#partition);
      const etag = stored?.etag ?? 0;
      const runs = stored?.checkpoint.runs ?? {};
      const version = stored?.checkpoint.version ?? 0;
      // A version that is not its etag was written on a store that had lost it; once that is taken over, it is gone on from.
      const isRevived = version !== etag && (this.#seen.etag !== etag || this.#seen.version !== version);
      const isRolledBack = etag < this.#seen.etag || isRevived;
      const before = this.#runs;
      this.#runs = isRolledBack ? runs : higher(before, runs);
      this.#stored = runs;
      this.#etag = etag;
      this.#seen = { etag, version };
      return !isSame(before, this.#runs);
    });
  }

  /** Reads and writes one after the other: a read that a write overtakes would look like a rollback. */
  #alone<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work, work);
    this.#last = done.catch(() => undefined);
    return done;
  }

  /** The highest number that is done of the run; none for an unknown run. */
  of(run: string): number | undefined {
    return Object.hasOwn(this.#runs, run) ? this.#runs[run]?.[0] : undefined;
  }

  /** Whether the stored checkpoint covers this, so that everything in it was broadcast, by any host. */
  isStored(run: string, seq: number): boolean {
    return Object.hasOwn(this.#stored, run) && (this.#stored[run]?.[0] ?? 0) >= seq;
  }

  /** All entries of the run up to `seq` are committed and broadcast. */
  advance(run: string, seq: number): void {
    this.#runs = { ...this.#runs, [run]: [Math.max(seq, this.of(run) ?? 0), this.#use.now()] };
  }

  /** Writes how far it is. Rejects when that is not known to be stored. */
  async store(): Promise<void> {
    await this.known();
    await this.#alone(() => this.#write());
  }

  async #write(): Promise<void> {
    const { now, checkpoints } = this.#use;
    const etag = this.#etag ?? 0;
    const runs = kept(this.#runs, now());
    this.#runs = runs;
    this.#etag = undefined;
    await checkpoints.write(this.#partition, { v: DOCUMENT_VERSION, version: etag + 1, runs }, etag);
    this.#stored = runs;
    this.#etag = etag + 1;
    this.#seen = { etag: etag + 1, version: etag + 1 };
  }
}

const isSame = (a: Runs, b: Runs): boolean => {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((run) => a[run]?.[0] === b[run]?.[0]);
};

function higher(a: Runs, b: Runs): Runs {
  const runs = { ...a };
  for (const [run, done] of Object.entries(b)) if ((runs[run]?.[0] ?? 0) < done[0]) runs[run] = done;
  return runs;
}

/** Without the runs of which no entry can be there any more. */
function kept(runs: Runs, now: number): Runs {
  const entries = Object.entries(runs).filter(([, [, at]]) => now - at <= ENTRY_LIFE_MS);
  if (entries.length <= MAX_RUNS) return Object.fromEntries(entries);
  entries.sort(([, [, a]], [, [, b]]) => b - a);
  return Object.fromEntries(entries.slice(0, MAX_RUNS));
}
