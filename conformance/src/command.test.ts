import { expect, it, onTestFinished, vi } from 'vitest';
import { conformance } from './command.ts';

it.each([
  ['Infinity', 2],
  ['600001', 2],
  ['100.5', 2],
  ['99', 2],
  ['100', 1],
  ['600000', 1],
])('should accept only a whole number of milliseconds as the patience: %s', async (patience, code) => {
  const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  onTestFinished(() => write.mockRestore());
  const args = ['http://server', '--only', 'no case has this name', '--patience', patience];
  expect(await conformance(args)).toBe(code);
  expect(write.mock.calls.join('').startsWith('--patience must be')).toBe(code === 2);
});
