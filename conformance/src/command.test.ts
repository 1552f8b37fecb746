import { expect, it, onTestFinished, vi } from 'vitest';
import { conformance } from './command.ts';

it.each([
  ['patience', 'Infinity', 2],
  ['patience', '100.5', 2],
  ['patience', '99', 2],
  ['patience', '100', 1],
  ['patience', '600000', 1],
  ['patience', '600001', 2],
  ['concurrency', '0', 2],
  ['concurrency', '1', 1],
  ['concurrency', '1000', 1],
  ['concurrency', '1001', 2],
  ['concurrency', '1e12', 2],
  ['concurrency', '1.5', 2],
])('should accept only a whole number within the limits for --%s: %s', async (option, value, code) => {
  const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  onTestFinished(() => write.mockRestore());
  const args = ['http://server', '--only', 'no case has this name', `--${option}`, value];
  expect(await conformance(args)).toBe(code);
  expect(write.mock.calls.join('').startsWith(`--${option} must be`)).toBe(code === 2);
});
