import { entryKey } from '@tocsin/contracts';
import { FEED } from './producers.ts';

/** What walks came to: violations by kind, each with the shortest walk that shows it, and what was counted. */
export class Report {
  walks = 0;
  steps = 0;
  readonly violations = new Map<string, { times: number; walk: number; trace: string[] }>();
  readonly counts = new Map<string, number>();
  #trace: string[] = [];

  begin(): void {
    this.walks++;
    this.#trace = [];
  }

  log(text: string): void {
    this.#trace.push(`${this.steps} ${text}`);
  }

  violation(kind: string, text: string): void {
    const known = this.violations.get(kind);
    const trace = [...this.#trace.slice(-60), `!! ${kind}: ${text}`];
    this.violations.set(kind, {
      times: (known?.times ?? 0) + 1,
      walk: known?.walk ?? this.walks,
      trace: known?.trace ?? trace,
    });
  }

  count(name: string, times = 1): void {
    this.counts.set(name, (this.counts.get(name) ?? 0) + times);
  }

  toString(): string {
    const lines = [...this.violations].map(
      ([kind, { times, walk, trace }]) =>
        `${kind} ${times} times, first in walk ${walk}:\n  ${trace.join('\n  ')}`,
    );
    const counts = [...this.counts].map(([name, times]) => `  ${name}: ${times}`);
    return [`${this.walks} walks, ${this.steps} steps`, ...counts, ...lines].join('\n');
  }
}

export const placeOfEntry = (run: string, seq: number): string => entryKey({ run, feed: FEED, seq });

/** The run and number in an entry's key. */
export function partsOfEntry(key: string): { run: string; seq: number } {
  const [, run = '', , seq] = key.split(':');
  return { run, seq: Number(seq) };
}
