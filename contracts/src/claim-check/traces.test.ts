import { expect, it } from 'vitest';
import { MAX_FURTHER_TRACES, sampledTraces, tracedBy } from './traces.ts';

const trace = (n: number, flags: string) =>
  `00-${String(n).padStart(32, '0')}-${String(n).padStart(16, '0')}-${flags}`;

it('should keep the first trace if none are sampled', () => {
  expect(tracedBy([trace(1, '00'), trace(2, '00')])).toEqual({ traceparent: trace(1, '00') });
  expect(tracedBy([])).toEqual({});
});

it('should list each sampled trace once', () => {
  const traced = tracedBy([trace(1, '00'), trace(2, '01'), trace(3, '01'), trace(2, '01'), trace(4, '03')]);
  expect(traced).toEqual({ traceparent: trace(2, '01'), furtherTraces: [trace(3, '01'), trace(4, '03')] });
  expect(sampledTraces(traced)).toEqual([trace(2, '01'), trace(3, '01'), trace(4, '03')]);
});

it('should limit the number of traces', () => {
  const { furtherTraces } = tracedBy(Array.from({ length: 100 }, (_, n) => trace(n + 1, '01')));
  expect(furtherTraces).toHaveLength(MAX_FURTHER_TRACES);
});

it('should not record unsampled traces', () => {
  expect(sampledTraces({ traceparent: trace(1, '00') })).toEqual([]);
  expect(sampledTraces({ traceparent: 'none' })).toEqual([]);
  expect(sampledTraces({})).toEqual([]);
});
