import { partitionEntryKey } from '@tocsin/contracts';
import { PARTITION } from '../world/places.ts';

const MAX_TRACE_LINES = 60;

/** A violated rule and the trace that led to it. */
export class RuleViolation extends Error {
  override name = 'RuleViolation';
}

/** A walk's trace and violations. Multiple walks can share `counts`. */
export class Report {
  readonly counts: Map<string, number>;
  readonly #violations: string[] = [];
  readonly #trace: string[] = [];

  constructor(counts: Map<string, number>) {
    this.counts = counts;
  }

  log(text: string): void {
    this.#trace.push(text);
  }

  violation(kind: string, text: string): void {
    this.#violations.push(`${kind}: ${text}`);
  }

  count(name: string, times = 1): void {
    this.counts.set(name, (this.counts.get(name) ?? 0) + times);
  }

  /** Throws if there are violations. */
  check(): void {
    if (this.#violations.length === 0) return;
    const trace = this.#trace.slice(-MAX_TRACE_LINES);
    throw new RuleViolation([...new Set(this.#violations), ...trace.map((line) => `  ${line}`)].join('\n'));
  }
}

export const keyOfEntry = (run: string, seq: number): string =>
  partitionEntryKey({ run, partition: PARTITION, seq });

/** Returns the run and sequence number in an entry key. */
export function partsOfEntry(key: string): { run: string; seq: number } {
  const [, , run = '', seq] = key.split(':');
  return { run, seq: Number(seq) };
}
