import type { Severity } from '@tocsin/contracts';

/** Strings read out by screen readers. `source` is a publisher's text in Unicode bidi isolates. */
export const spoken = {
  from: (source: string) => `From ${source}`,
  times: (count: number) => `${count} times`,
  moreErrors: (count: number) => `And ${count} more ${count === 1 ? 'error' : 'errors'}`,
  /** `kinds` lists the number of notifications of each severity. */
  summary: (total: number, kinds: string, newest: string) =>
    `${total} notifications: ${kinds}. Newest: ${newest}`,
  kind: (count: number, severity: Severity) => `${count} ${severity}`,
};
