import { DOCUMENT_VERSION, ENTRY_LIFE_MS, type Checkpoint } from '@tocsin/contracts';
import type { Checkpoints } from '../ports.ts';

/** Maximum number of runs in a checkpoint. The least recently active runs are dropped first. */
const MAX_RUNS = 500;

type Runs = Checkpoint['runs'];

export interface ProgressDependencies {
  checkpoints: Checkpoints;
  now: () => number;
}

/**
 * A partition's progress as this host knows it: for each run, the number up to which all entries are committed and
 * broadcast. The stored checkpoint can lag behind. Hosts can be behind but never disagree, so for each run, the higher
 * number wins. If the stored checkpoint is older than the last one that this host read or wrote, the store was rolled
 * back, and only the stored checkpoint counts.
 */
export class Progress {
  readonly #partition: number;
  readonly #dependencies: ProgressDependencies;
  #runs: Runs = {};
  #stored: Runs = {};
  /** `undefined` before the first read, and after a write with an unknown outcome. */
  #etag: number | undefined;
  /** The last etag and version read or written. */
  #seen = { etag: 0, version: 0 };
  #last: Promise<unknown> = Promise.resolve();

  constructor(partition: number, dependencies: ProgressDependencies) {
    this.#partition = partition;
    this.#dependencies = dependencies;
  }

  async ensureRead(): Promise<void> {
    if (this.#etag === undefined) await this.reload();
  }

  /** Reads the checkpoint, including other hosts' writes. Resolves with true if anything changed. */
  reload(): Promise<boolean> {
    return this.#exclusively(async () => {
      const stored = await this.#dependencies.checkpoints.read(this.#partition);
      const etag = stored?.etag ?? 0;
      const runs = stored?.checkpoint.runs ?? {};
      const version = stored?.checkpoint.version ?? 0;
      // If version and etag differ, the store had lost the checkpoint and a host wrote it back. Count this rollback
      // only once, not each time the same checkpoint is reread.
      const isRevived = version !== etag && (this.#seen.etag !== etag || this.#seen.version !== version);
      const isRolledBack = etag < this.#seen.etag || isRevived;
      const before = this.#runs;
      this.#runs = isRolledBack ? runs : mergeRuns(before, runs);
      this.#stored = runs;
      this.#etag = etag;
      this.#seen = { etag, version };
      return !isSame(before, this.#runs);
    });
  }

  /**
   * Runs reads and writes one at a time. If a write overtook a read, the result of the read would look like a rollback.
   */
  #exclusively<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work, work);
    this.#last = done.catch(() => undefined);
    return done;
  }

  /** Returns the number of the run's last finished entry, or `undefined` for an unknown run. */
  of(run: string): number | undefined {
    return Object.hasOwn(this.#runs, run) ? this.#runs[run]?.[0] : undefined;
  }

  /** Whether the stored checkpoint covers this entry, which means that some host has broadcast all items in it. */
  isStored(run: string, seq: number): boolean {
    return Object.hasOwn(this.#stored, run) && (this.#stored[run]?.[0] ?? 0) >= seq;
  }

  advance(run: string, seq: number): void {
    this.#runs = { ...this.#runs, [run]: [Math.max(seq, this.of(run) ?? 0), this.#dependencies.now()] };
  }

  async store(): Promise<void> {
    await this.ensureRead();
    await this.#exclusively(() => this.#write());
  }

  async #write(): Promise<void> {
    const { now, checkpoints } = this.#dependencies;
    const etag = this.#etag ?? 0;
    const runs = runsToKeep(this.#runs, now());
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

function mergeRuns(a: Runs, b: Runs): Runs {
  const runs = { ...a };
  for (const [run, done] of Object.entries(b)) if ((runs[run]?.[0] ?? 0) < done[0]) runs[run] = done;
  return runs;
}

function runsToKeep(runs: Runs, now: number): Runs {
  const entries = Object.entries(runs).filter(([, [, at]]) => now - at <= ENTRY_LIFE_MS);
  if (entries.length <= MAX_RUNS) return Object.fromEntries(entries);
  entries.sort(([, [, a]], [, [, b]]) => b - a);
  return Object.fromEntries(entries.slice(0, MAX_RUNS));
}
