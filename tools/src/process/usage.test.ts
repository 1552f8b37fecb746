import { expect, it } from 'vitest';
import { usageOf } from './usage.ts';

it.skipIf(process.platform !== 'linux')(
  'should read the same values as Node reports for this process',
  () => {
    const end = Date.now() + 50;
    while (Date.now() < end);
    const { memory, cpuSeconds } = usageOf(process.pid);
    const { rss } = process.memoryUsage();
    expect(memory / rss).toBeGreaterThan(0.8);
    expect(memory / rss).toBeLessThan(1.25);
    const { user, system } = process.cpuUsage();
    expect(Math.abs(cpuSeconds - (user + system) / 1e6)).toBeLessThan(0.1);
  },
);

it('should throw for a process that is not running', () => {
  expect(() => usageOf(2 ** 30)).toThrow();
});
