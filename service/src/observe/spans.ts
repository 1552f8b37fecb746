import { sampledTraces, type Traced } from '@tocsin/contracts';
import { performance } from 'node:perf_hooks';
import { withTrace } from './trace.ts';

/** A step on the way of notifications, in the order in which they take them. */
export type SpanName =
  'produce' | 'deposit' | 'announce' | 'receive' | 'turn' | 'commit' | 'claim' | 'broadcast';

export interface FinishedSpan {
  name: SpanName;
  /** The trace context that it belongs under. */
  parent: string;
  /** In ms since 1970. */
  from: number;
  to: number;
  attributes: Record<string, string | number>;
  error?: unknown;
}

/** Where spans go. */
export interface SpanSink {
  /** Begins a span under `parent`, or with a trace of its own: its trace context, and what ends it. */
  open(name: SpanName, parent: string | undefined): { traceparent: string; end: (error?: unknown) => void };
  record(span: FinishedSpan): void;
  /** Hands over what it still has. */
  stop(): Promise<void>;
}

let sink: SpanSink | undefined;

/** From now on the spans of this process go to `given`; without one, none is made. */
export const useSpanSink = (given: SpanSink | undefined): void => {
  sink = given;
};

/** Whether spans go anywhere. */
export const recordsSpans = (): boolean => sink !== undefined;

/** Now in ms since 1970, with fractions. */
export const spanTime = (): number => performance.timeOrigin + performance.now();

/** As `withTrace`, within a span that begins the trace, or goes on with that of `traceparent`. */
export function withRootSpan<T>(
  name: SpanName,
  traceparent: string | undefined,
  work: () => Promise<T>,
): Promise<T> {
  if (!sink) return withTrace(traceparent, work);
  const span = sink.open(name, traceparent);
  return withTrace(span.traceparent, () => endingWith(work, span.end));
}

/** As `withTrace`, and records the step in each trace that it serves and that is sampled. */
export function withSpans<T>(
  name: SpanName,
  traced: Traced,
  attributes: FinishedSpan['attributes'],
  work: () => Promise<T>,
): Promise<T> {
  const traces = sink ? sampledTraces(traced) : [];
  if (traces.length === 0) return withTrace(traced.traceparent, work);
  const from = spanTime();
  return withTrace(traced.traceparent, () =>
    endingWith(work, (error) => recordSpans({ name, from, to: spanTime(), attributes, error }, traces)),
  );
}

/** Records a step that lies behind in each of the traces. */
export function recordSpans(span: Omit<FinishedSpan, 'parent'>, traces: readonly string[]): void {
  for (const parent of traces) sink?.record({ ...span, parent });
}

async function endingWith<T>(work: () => Promise<T>, end: (error?: unknown) => void): Promise<T> {
  try {
    const result = await work();
    end();
    return result;
  } catch (error) {
    end(error);
    throw error;
  }
}
