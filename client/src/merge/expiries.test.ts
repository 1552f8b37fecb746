import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Expiries } from './expiries.ts';

const START = Date.parse('2026-01-01T00:00:00Z');
const inMs = (ms: number) => new Date(START + ms).toISOString();
let reported: [at: number, keys: string[]][];
let expiries: Expiries;

beforeEach(() => {
  vi.useFakeTimers({ now: START });
  reported = [];
  expiries = new Expiries((keys) => reported.push([Date.now() - START, keys]));
});
afterEach(() => void vi.useRealTimers());

it('should report keys as they expire, whatever order they were added in, using a single timer', () => {
  for (const [key, ms] of [
    ['c', 3_000],
    ['a', 1_000],
    ['b', 1_000],
    ['d', 40 * 86_400_000],
  ] as const)
    expiries.watch(key, inMs(ms));
  expiries.watch('never', undefined);
  expiries.watch('nonsense', 'tomorrow');
  expect(vi.getTimerCount()).toBe(1);
  vi.advanceTimersByTime(2_000);
  expect(reported).toEqual([[1_000, ['a', 'b']]]);
  vi.advanceTimersByTime(40 * 86_400_000);
  expect(reported.slice(1)).toEqual([
    [3_000, ['c']],
    [40 * 86_400_000, ['d']],
  ]);
  expect(vi.getTimerCount()).toBe(0);
});

it('should immediately report a key that has already expired', () => {
  expiries.watch('a', inMs(-5));
  vi.advanceTimersByTime(0);
  expect(reported).toEqual([[0, ['a']]]);
});

it('should stop watching forgotten keys and leave no timers behind after stop', () => {
  expiries.watch('a', inMs(1_000));
  expiries.forget(['a', 'unknown']);
  expect(vi.getTimerCount()).toBe(0);
  expiries.watch('b', inMs(1_000));
  expiries.watch('c', inMs(2_000));
  expiries.stop();
  vi.advanceTimersByTime(5_000);
  expect([reported, vi.getTimerCount()]).toEqual([[], 0]);
});

it('should watch only the 10,000 most recently added keys', () => {
  for (let n = 0; n <= 10_000; n++) expiries.watch(`n${n}`, inMs(1_000));
  vi.advanceTimersByTime(1_000);
  expect(reported[0]?.[1]).toHaveLength(10_000);
  expect(reported[0]?.[1]).not.toContain('n0');
});
