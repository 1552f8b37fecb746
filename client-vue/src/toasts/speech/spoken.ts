import { isolate, SEVERITIES } from '@tocsin/contracts';
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
  const remaining = lines.length - MAX_SPOKEN_ERRORS;
  return remaining <= 0 ? lines : [...lines.slice(-MAX_SPOKEN_ERRORS), spoken.moreErrors(remaining)];
}

/** Collects toasts for a combined message. If there are many, the message has only counts and the newest toast. */
export class SpokenBatch {
  #toasts: Toast[] = [];

  add(toasts: readonly Toast[]): void {
    this.#toasts.push(...toasts);
  }

  drop(isGone: (toast: Toast) => boolean): void {
    this.#toasts = this.#toasts.filter((toast) => !isGone(toast));
  }

  /** Returns the message for all toasts since the last call. Empty without new toasts. */
  take(): string {
    const toasts = this.#toasts;
    this.#toasts = [];
    return toasts.length <= MAX_IN_FULL ? toasts.map(spokenOf).join('. ') : summaryOf(toasts);
  }
}

function summaryOf(toasts: readonly Toast[]): string {
  const { spoken } = useMessages().texts;
  const kinds = SEVERITIES.toReversed().flatMap((severity) => {
    const count = toasts.filter((toast) => toast.severity === severity).length;
    return count === 0 ? [] : [spoken.kind(count, severity)];
  });
  const newest = toasts.at(-1);
  return spoken.summary(toasts.length, kinds.join(', '), newest ? spokenOf(newest) : '');
}
