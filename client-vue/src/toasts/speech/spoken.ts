import { isolate, SEVERITIES, type Severity } from '@tocsin/contracts';
import { spoken } from '../../messages/en/spoken.ts';
import { addEnglish, useMessages } from '../../messages/use-messages.ts';
import type { Toast } from '../stack/toast.ts';

addEnglish({ spoken });

/** Maximum number of errors per batch to announce individually. The rest are only counted. */
export const MAX_SPOKEN_ERRORS = 10;
/** Maximum number of notifications per batch to announce in full. */
const MAX_IN_FULL = 3;

/** The text that screen readers read out for a toast. */
export function spokenOf({ kind, severity, title, body, source }: Toast): string {
  const { severities, spoken } = useMessages().texts;
  const head = kind === 'summary' ? title : `${severities[severity]}: ${isolate(title)}`;
  return [head, body && isolate(body), source && spoken.from(isolate(source))].filter(Boolean).join('. ');
}

/** A message for each new error. Equal errors share a message. */
export function spokenErrors(errors: readonly Toast[]): string[] {
  const { spoken } = useMessages().texts;
  const counts = new Map<string, number>();
  for (const error of errors) counts.set(spokenOf(error), (counts.get(spokenOf(error)) ?? 0) + 1);
  const lines = [...counts].map(([line, count]) => (count === 1 ? line : `${line}. ${spoken.times(count)}`));
  const rest = lines.length - MAX_SPOKEN_ERRORS;
  return rest <= 0 ? lines : [...lines.slice(-MAX_SPOKEN_ERRORS), spoken.moreErrors(rest)];
}

/** Collects toasts for a combined message. Keeps only the newest few and counts the rest. */
export class SpokenBatch {
  #newest: Toast[] = [];
  readonly #counts = new Map<Severity, number>();

  add(toast: Toast): void {
    this.#newest = [...this.#newest, toast].slice(-MAX_IN_FULL);
    this.#counts.set(toast.severity, (this.#counts.get(toast.severity) ?? 0) + 1);
  }

  /** Returns the message for all toasts since the last call. Empty if there were none. */
  take(): string {
    const total = [...this.#counts.values()].reduce((sum, count) => sum + count, 0);
    const text = total <= MAX_IN_FULL ? this.#newest.map(spokenOf).join('. ') : this.#summary(total);
    this.#newest = [];
    this.#counts.clear();
    return text;
  }

  #summary(total: number): string {
    const { spoken } = useMessages().texts;
    const kinds = SEVERITIES.toReversed().flatMap((severity) => {
      const count = this.#counts.get(severity);
      return count === undefined ? [] : [spoken.kind(count, severity)];
    });
    const [newest] = this.#newest.slice(-1);
    return spoken.summary(total, kinds.join(', '), newest ? spokenOf(newest) : '');
  }
}
