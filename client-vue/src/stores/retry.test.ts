import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { retry } from './retry.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it('should retry until the work succeeds or a failure stops it', async () => {
  const { signal } = new AbortController();
  const work = vi.fn(async () => {
    if (work.mock.calls.length < 3) throw new Error('not yet');
    return 'done';
  });
  const result = retry(work, () => undefined, signal);
  await vi.advanceTimersByTimeAsync(120_000);
  expect(await result).toBe('done');
  const refusedWork = vi.fn(() => Promise.reject(new Error('never')));
  const stopped = retry(refusedWork, () => true, signal);
  await vi.advanceTimersByTimeAsync(120_000);
  expect(await stopped).toBe(undefined);
  expect(refusedWork).toHaveBeenCalledTimes(1);
});
