import { expect, it } from 'vitest';
import { TokenBucket } from './token-bucket.ts';

/** A bucket with a clock that the test controls. */
function bucket(perSecond: number) {
  let now = 1_000;
  const tokens = new TokenBucket({ perSecond, burst: 10 * perSecond, now: () => now });
  return { tokens, wait: (ms: number) => void (now += ms) };
}

it('should never hold more than the burst after a pause', () => {
  const { tokens, wait } = bucket(5);
  expect([tokens.burst, tokens.left]).toEqual([50, 50]);
  wait(60_000);
  expect(tokens.left).toBe(50);
});

it('should refill over time', () => {
  const { tokens, wait } = bucket(5);
  tokens.take(50);
  expect([tokens.left, tokens.secondsUntil(1), tokens.secondsUntil(50)]).toEqual([0, 1, 10]);
  wait(200);
  expect([tokens.left, tokens.secondsUntil(1)]).toEqual([1, 0]);
});

it('should let a large request overdraw the bucket', () => {
  const { tokens, wait } = bucket(5);
  tokens.take(100);
  expect([tokens.left, tokens.secondsUntil(1)]).toEqual([-50, 11]);
  wait(10_000);
  expect(tokens.left).toBe(0);
});

it('should enforce the rate over time for requests of any size', () => {
  const { tokens, wait } = bucket(10);
  let sent = 0;
  for (let ms = 0; ms < 100_000; ms += 100) {
    const count = 1 + ((ms / 100) % 7) * 20;
    if (tokens.left >= 1) {
      tokens.take(count);
      sent += count;
    }
    wait(100);
  }
  expect(sent).toBeGreaterThanOrEqual(1_000);
  expect(sent).toBeLessThanOrEqual(1_000 + tokens.burst + 121);
});

it('should lose no tokens when the clock is set back', () => {
  const { tokens, wait } = bucket(5);
  tokens.take(10);
  wait(-5_000);
  expect(tokens.left).toBe(40);
});
