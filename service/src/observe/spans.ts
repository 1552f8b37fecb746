import { sampledTraces, type Traced } from '@tocsin/contracts';
import { performance } from 'node:perf_hooks';
import { withTrace } from './trace.ts';

/** The steps of a notification. Entries of version 0.1.0 are claimed before the broadcast, all others after it. */
export type SpanName =
  | 'produce'
  | 'deposit'
  | 'announce'
  | 'receive'
  | 'turn'
  | 'commit'
  | 'claim'
  | 'broadcast';

export interface FinishedSpan {
  name: SpanName;
  /** The trace context of the span's parent. */
  parent: string;
  /** In ms since 1970. */
  from: number;
  to: number;
  attributes: Record<string, string | number>;
  error?: unknown;
}

export interface SpanSink {
  /**
   * Starts a span under `parent`, or in a new trace if there is no parent. Returns the span's trace context and a
   * function that ends the span.
   */
  open(name: SpanName, parent: string | undefined): { traceparent: string; end: (error?: unknown) => void };
  record(span: FinishedSpan): void;
  /** Sends the remaining spans. */
  stop(): Promise<void>;
}

let sink: SpanSink | undefined;

/** Sends this process's spans to `given` from now on. `undefined` turns spans off. */
export const useSpanSink = (given: SpanSink | undefined): void => {
  sink = given;
};

export const areSpansOn = (): boolean => sink !== undefined;

/** The current time (ms since 1970) with sub-millisecond precision. */
export const spanTime = (): number => performance.timeOrigin + performance.now();

/** Like `withTrace`, but within a span that starts a new trace or continues the trace of `traceparent`. */
export function withRootSpan<T>(
  name: SpanName,
  traceparent: string | undefined,
  work: () => Promise<T>,
): Promise<T> {
  if (!sink) return withTrace(traceparent, work);
  const span = sink.open(name, traceparent);
  return withTrace(span.traceparent, () => runThenEnd(work, span.end));
}

/** Like `withTrace`, but also records the step in each sampled trace of `traced`. */
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
    runThenEnd(work, (error) => recordSpans({ name, from, to: spanTime(), attributes, error }, traces)),
  );
}

export function recordSpans(span: Omit<FinishedSpan, 'parent'>, traces: readonly string[]): void {
  for (const parent of traces) sink?.record({ ...span, parent });
}

async function runThenEnd<T>(work: () => Promise<T>, end: (error?: unknown) => void): Promise<T> {
  try {
    const result = await work();
    end();
    return result;
  } catch (error) {
    end(error);
    throw error;
  }
}
