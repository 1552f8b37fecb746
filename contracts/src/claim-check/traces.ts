/** Maximum number of traces in an entry, in addition to the first one. */
export const MAX_FURTHER_TRACES = 15;

/** W3C trace contexts of an entry, which may contain notifications from several requests. */
export interface Traced {
  traceparent?: string | undefined;
  furtherTraces?: string[] | undefined;
}

/** Whether this trace's spans are recorded (the lowest bit of its flags). */
export const isSampled = (traceparent: string): boolean => /-[0-9a-f][13579bdf]$/.test(traceparent);

/** The entry's trace contexts whose spans are recorded. */
export const sampledTraces = ({ traceparent, furtherTraces = [] }: Traced): string[] => {
  const all = traceparent === undefined ? furtherTraces : [traceparent, ...furtherTraces];
  return all.filter(isSampled);
};

/**
 * Chooses the trace contexts of an entry from those of its requests: the sampled ones, up to the limit, or the first
 * one if none is sampled.
 */
export function tracedBy(traceparents: readonly string[]): Traced {
  const sampled = [...new Set(traceparents.filter(isSampled))];
  const [traceparent = traceparents[0], ...further] = sampled;
  if (traceparent === undefined) return {};
  if (further.length === 0) return { traceparent };
  return { traceparent, furtherTraces: further.slice(0, MAX_FURTHER_TRACES) };
}
