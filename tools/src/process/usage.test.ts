import { expect, it } from 'vitest';
import { usageOf } from './usage.ts';

it.skipIf(process.platform !== 'linux')('should match what Node reports for this process', () => {
  const end = Date.now() + 50;
  while (Date.now() < end);
  const cpu = () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  };
  // Read Node's value before and after: other threads in this process run other tests, and use CPU time meanwhile.
  const before = cpu();
  const { memory, cpuSeconds } = usageOf(process.pid);
  const after = cpu();
  const { rss } = process.memoryUsage();
  expect(memory / rss).toBeGreaterThan(0.8);
  expect(memory / rss).toBeLessThan(1.25);
  expect(cpuSeconds).toBeGreaterThan(before - 0.1);
  expect(cpuSeconds).toBeLessThan(after + 0.1);
});

it('should throw for a process that is not running', () => {
  expect(() => usageOf(2 ** 30)).toThrow();
});
