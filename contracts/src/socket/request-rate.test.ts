import { expect, it } from 'vitest';
import { MAX_REQUEST_BURST, MAX_REQUESTS_PER_SECOND } from '../limits.ts';
import { RequestRate } from './request-rate.ts';

const countAccepted = (rate: RequestRate, now: number): number => {
  let count = 0;
  while (count < 2 * MAX_REQUEST_BURST && rate.accepts(now)) count++;
  return count;
};

it('should accept a burst, and then requests at the limited rate', () => {
  const rate = new RequestRate();
  expect(countAccepted(rate, 5_000)).toBe(MAX_REQUEST_BURST);
  expect(countAccepted(rate, 6_000)).toBe(MAX_REQUESTS_PER_SECOND);
  expect(countAccepted(rate, 10 * 60_000)).toBe(MAX_REQUEST_BURST);
});

it('should accept no more requests if the clock is set back', () => {
  const rate = new RequestRate();
  countAccepted(rate, 60_000);
  expect(rate.accepts(1_000)).toBe(false);
  expect(countAccepted(rate, 2_000)).toBe(MAX_REQUESTS_PER_SECOND);
});
