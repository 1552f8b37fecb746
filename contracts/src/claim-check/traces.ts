/** Maximum number of traces per entry besides the first one. */
export const MAX_FURTHER_TRACES = 15;

/** W3C trace contexts of an entry. An entry can contain notifications from multiple requests. */
export interface Traced {
  traceparent?: string | undefined;
  furtherTraces?: string[] | undefined;
}

/** Whether the trace is sampled (the lowest bit of its flags). */
export const isSampled = (traceparent: string): boolean => /-[0-9a-f][13579bdf]$/.test(traceparent);

/** The entry's sampled trace contexts. */
export const sampledTraces = ({ traceparent, furtherTraces = [] }: Traced): string[] => {
  const all = traceparent === undefined ? furtherTraces : [traceparent, ...furtherTraces];
  return all.filter(isSampled);
};

/**
 * Chooses an entry's trace contexts from those of its requests: all sampled contexts up to the limit, or the first
 * context if none are sampled.
 */
export function tracedBy(traceparents: readonly string[]): Traced {
  const sampled = [...new Set(traceparents.filter(isSampled))];
  const [traceparent = traceparents[0], ...further] = sampled;
  if (traceparent === undefined) return {};
  if (further.length === 0) return { traceparent };
  return { traceparent, furtherTraces: further.slice(0, MAX_FURTHER_TRACES) };
}
