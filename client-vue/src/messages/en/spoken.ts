import type { Severity } from '@tocsin/contracts';

/** Strings that screen readers read out. `source` is a publisher's text, isolated from the text around it. */
export const spoken = {
  from: (source: string) => `From ${source}`,
  times: (count: number) => `${count} times`,
  moreErrors: (count: number) => `And ${count} more ${count === 1 ? 'error' : 'errors'}`,
  /** `kinds`: the number of notifications of each severity. */
  summary: (total: number, kinds: string, newest: string) =>
    `${total} notifications: ${kinds}. Newest: ${newest}`,
  kind: (count: number, severity: Severity) => `${count} ${severity}`,
};
