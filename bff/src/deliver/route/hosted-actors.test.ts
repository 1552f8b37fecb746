import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { HostedActors } from './hosted-actors.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it("should remember an actor for ten seconds, no matter how the system's clock is set", () => {
  const hosted = new HostedActors();
  vi.advanceTimersByTime(1_000);
  hosted.add('0');
  vi.setSystemTime(Date.now() + 3_600_000);
  expect(hosted.has('0')).toBe(true);
  vi.setSystemTime(Date.now() - 7_200_000);
  vi.advanceTimersByTime(10_001);
  expect(hosted.has('0')).toBe(false);
});
