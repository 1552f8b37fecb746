/** Maximum number of trace contexts per entry in addition to `traceparent`. Further contexts are dropped. */
export const MAX_FURTHER_TRACES = 15;

/**
 * An entry's W3C trace contexts. There can be several because an entry can contain notifications from several requests.
 */
export interface Traced {
  traceparent?: string | undefined;
  furtherTraces?: string[] | undefined;
}

/** Whether the trace is sampled (lowest bit of the flags). */
export const isSampled = (traceparent: string): boolean => /-[0-9a-f][13579bdf]$/.test(traceparent);

/** Returns the entry's sampled trace contexts. */
export const sampledTraces = ({ traceparent, furtherTraces = [] }: Traced): string[] => {
  const all = traceparent === undefined ? furtherTraces : [traceparent, ...furtherTraces];
  return all.filter(isSampled);
};

/**
 * Chooses an entry's trace contexts from the requests' contexts: all sampled contexts up to the limit, or the first
 * context if none are sampled.
 */
export function tracedBy(traceparents: readonly string[]): Traced {
  const sampled = [...new Set(traceparents.filter(isSampled))];
  const [traceparent = traceparents[0], ...further] = sampled;
  if (traceparent === undefined) return {};
  if (further.length === 0) return { traceparent };
  return { traceparent, furtherTraces: further.slice(0, MAX_FURTHER_TRACES) };
}
