import { expect, it } from 'vitest';
import { backOff, pause } from './pause.ts';

it('should resolve after the given time or when the signal is aborted', async () => {
  const start = performance.now();
  await pause(30);
  expect(performance.now() - start).toBeGreaterThan(25);
  const end = new AbortController();
  setTimeout(() => end.abort(), 10);
  await pause(60_000, end.signal);
  await pause(60_000, end.signal);
  expect(performance.now() - start).toBeLessThan(5_000);
});

it('should double the delay up to the maximum with up to 50% jitter', () => {
  for (let attempt = 0; attempt < 100; attempt++) {
    const whole = Math.min(2_000, 100 * 2 ** attempt);
    const wait = backOff(attempt, 100, 2_000);
    expect(wait).toBeLessThanOrEqual(whole);
    expect(wait).toBeGreaterThanOrEqual(whole * 0.5);
  }
});
