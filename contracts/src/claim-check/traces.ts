/** Traces that an entry carries at most besides its first: so many requests that are sampled may share one entry. */
export const MAX_FURTHER_TRACES = 15;

/** The W3C trace contexts that belong to an entry: one entry may carry notifications of several requests. */
export interface Traced {
  traceparent?: string | undefined;
  furtherTraces?: string[] | undefined;
}

/** Whether somebody records the spans of this trace: the last bit of the context's flags. */
export const isSampled = (traceparent: string): boolean => /-[0-9a-f][13579bdf]$/.test(traceparent);

/** All trace contexts of an entry whose spans are recorded. */
export const sampledTraces = ({ traceparent, furtherTraces = [] }: Traced): string[] => {
  const all = traceparent === undefined ? furtherTraces : [traceparent, ...furtherTraces];
  return all.filter(isSampled);
};

/** The contexts that an entry carries, of the requests that it holds: the sampled ones, or the first of all. */
export function tracedBy(traceparents: readonly string[]): Traced {
  const sampled = [...new Set(traceparents.filter(isSampled))];
  const [traceparent = traceparents[0], ...further] = sampled;
  if (traceparent === undefined) return {};
  if (further.length === 0) return { traceparent };
  return { traceparent, furtherTraces: further.slice(0, MAX_FURTHER_TRACES) };
}
