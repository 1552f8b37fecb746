import { partitionEntryKey, type PartitionAnnouncement, type PartitionEntry } from '@tocsin/contracts';
import type { Announcer, EntryStore } from '../src/produce/ports.ts';

/**
 * The outcome of a call. `good`: it succeeds. `lost`: it fails without any effect. `unknown`: it takes effect but
 * reports a failure. `late`: it reports a failure, and takes effect `LATE_MS` later. `hang`: it times out after
 * `HANG_MS`.
 */
export type Fate = 'good' | 'lost' | 'unknown' | 'late' | 'hang';
export const LATE_MS = 4_000;
export const HANG_MS = 3_000;

export interface Call {
  step: 'deposit' | 'announce';
  run: string;
  partition: number;
  seq: number;
  /** When the call was made (ms since 1970). */
  at: number;
  /** Whether the caller saw the call succeed. */
  known: boolean;
}

const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** In-memory entries and announcements for tests. `fate` decides what happens to each call. */
export class FaultyBackend {
  readonly calls: Call[] = [];
  /** Announcements in the order in which they took effect. */
  readonly announced: PartitionAnnouncement[] = [];
  /** All versions of each entry as JSON, keyed by entry key. */
  readonly written = new Map<string, string[]>();
  fate: (call: Call) => Fate = () => 'good';
  /** By default, the bffs claim each entry immediately. */
  peek: EntryStore['peek'] = () => Promise.resolve(undefined);
  /** Delay of every call in ms. */
  latencyMs = 0;

  readonly entries: EntryStore = {
    peek: (key) => this.peek(key),
    deposit: (entry) =>
      this.#call('deposit', entry, () => {
        const key = partitionEntryKey(entry);
        this.written.set(key, [...(this.written.get(key) ?? []), JSON.stringify(entry)]);
      }),
  };
  readonly announcer: Announcer = {
    announce: (announcement) =>
      this.#call('announce', announcement, () => this.announced.push({ ...announcement })),
  };

  /** Deposited entries, ordered by first write. */
  get deposited(): PartitionEntry[] {
    return [...this.written.values()].map(([json]) => JSON.parse(json ?? '') as PartitionEntry);
  }

  callsOf(step: Call['step']): Call[] {
    return this.calls.filter((call) => call.step === step);
  }

  async #call(
    step: Call['step'],
    { run, partition, seq }: PartitionAnnouncement,
    effect: () => void,
  ): Promise<void> {
    const call: Call = { step, run, partition, seq, at: Date.now(), known: false };
    this.calls.push(call);
    const fate = this.fate(call);
    if (this.latencyMs > 0) await sleep(this.latencyMs);
    if (fate === 'hang') await sleep(HANG_MS);
    if (fate === 'late') setTimeout(effect, LATE_MS);
    if (fate === 'good' || fate === 'unknown') effect();
    if (fate !== 'good') throw new Error(`${step}: ${fate}`);
    call.known = true;
  }
}
