import { isolate, SEVERITIES } from '@tocsin/contracts';
import { spoken } from '../../messages/en/spoken.ts';
import { addEnglish, useMessages } from '../../messages/use-messages.ts';
import type { Toast } from '../stack/toast.ts';

addEnglish({ spoken });

/** Maximum number of errors per batch to announce individually. The rest are only counted. */
export const MAX_SPOKEN_ERRORS = 10;
/** Maximum number of notifications per batch to announce in full. */
const MAX_IN_FULL = 3;

/** A message for screen readers, and the toasts that it mentions. */
export interface Spoken {
  readonly text: string;
  readonly toasts: readonly Toast[];
}

/** Returns the text that screen readers read out for a toast. */
export function spokenOf({ kind, severity, title, body, source }: Toast): string {
  const { severities, spoken } = useMessages().texts;
  const head = kind === 'summary' ? title : `${severities[severity]}: ${isolate(title)}`;
  return [head, body && isolate(body), source && spoken.from(isolate(source))].filter(Boolean).join('. ');
}

/** Returns a message for each new error. Equal errors share a message. */
export function spokenErrors(errors: readonly Toast[]): Spoken[] {
  const { spoken } = useMessages().texts;
  const equalErrors = new Map<string, Toast[]>();
  for (const error of errors) {
    const line = spokenOf(error);
    const toasts = equalErrors.get(line);
    if (toasts) toasts.push(error);
    else equalErrors.set(line, [error]);
  }
  const lines = [...equalErrors].map(([line, toasts]) => ({
    text: toasts.length === 1 ? line : `${line}. ${spoken.times(toasts.length)}`,
    toasts,
  }));
  const remaining = lines.length - MAX_SPOKEN_ERRORS;
  if (remaining <= 0) return lines;
  return [...lines.slice(-MAX_SPOKEN_ERRORS), { text: spoken.moreErrors(remaining), toasts: [] }];
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

  /** Returns the message for all toasts since the last call. Its text is empty without new toasts. */
  take(): Spoken {
    const toasts = this.#toasts;
    this.#toasts = [];
    if (toasts.length <= MAX_IN_FULL) return { text: toasts.map(spokenOf).join('. '), toasts };
    return { text: summaryOf(toasts), toasts: toasts.slice(-1) };
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
