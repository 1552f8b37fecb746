import { afterEach, expect, it } from 'vitest';
import { areSpansOn, useSpanSink, withRootSpan, withSpans, type FinishedSpan } from './spans.ts';
import { currentTraceparent } from './trace.ts';

const trace = (n: number, flags: string) =>
  `00-${String(n).padStart(32, '0')}-${String(n).padStart(16, '0')}-${flags}`;

function collect() {
  const recorded: FinishedSpan[] = [];
  const endedSpans: unknown[] = [];
  useSpanSink({
    open: () => ({ traceparent: trace(9, '01'), end: (error) => endedSpans.push(error) }),
    record: (span) => recorded.push(span),
    stop: () => Promise.resolve(),
  });
  return { recorded, ended: endedSpans };
}
afterEach(() => useSpanSink(undefined));

it('should keep the trace, but record no spans, while spans are off', async () => {
  expect(areSpansOn()).toBe(false);
  const work = async () => currentTraceparent();
  expect(await withRootSpan('produce', trace(1, '01'), work)).toBe(trace(1, '01'));
  expect(await withSpans('deposit', { traceparent: trace(1, '01') }, {}, work)).toBe(trace(1, '01'));
});

it('should run the work within the new span', async () => {
  const { ended } = collect();
  expect(await withRootSpan('produce', undefined, async () => currentTraceparent())).toBe(trace(9, '01'));
  expect(ended).toEqual([undefined]);
});

it('should record a step only in sampled traces', async () => {
  const { recorded } = collect();
  const traced = { traceparent: trace(1, '01'), furtherTraces: [trace(2, '01'), trace(3, '00')] };
  await withSpans('deposit', traced, { 'tocsin.feed': 'all' }, async () => undefined);
  expect(recorded.map(({ parent }) => parent)).toEqual([trace(1, '01'), trace(2, '01')]);
  expect(recorded[0]).toMatchObject({ name: 'deposit', attributes: { 'tocsin.feed': 'all' } });
  expect(recorded[0]?.to).toBeGreaterThanOrEqual(recorded[0]?.from ?? Infinity);
});

it('should record a failed step and the error, and reject with that error', async () => {
  const { recorded, ended } = collect();
  const fail = () => Promise.reject(new Error('unavailable'));
  await expect(withSpans('announce', { traceparent: trace(1, '01') }, {}, fail)).rejects.toThrow(
    'unavailable',
  );
  await expect(withRootSpan('produce', undefined, fail)).rejects.toThrow('unavailable');
  expect(recorded[0]?.error).toEqual(new Error('unavailable'));
  expect(ended).toEqual([new Error('unavailable')]);
});
