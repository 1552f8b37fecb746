import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Logger } from '../observe/log.ts';
import { createRefusals } from './refusals.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('should log a reason at most once a minute, even if the clock is set back', () => {
  const [warn, count] = [vi.fn(), vi.fn()];
  const refuse = createRefusals({ warn } as unknown as Logger, count);
  refuse('forged');
  refuse('late');
  vi.advanceTimersByTime(59_999);
  refuse('forged');
  expect([warn.mock.calls.length, count.mock.calls.length]).toEqual([2, 3]);
  vi.advanceTimersByTime(1);
  vi.setSystemTime(0);
  refuse('forged');
  expect(warn.mock.calls.map(([facts]) => facts as unknown)).toEqual([
    { reason: 'forged', since: 0 },
    { reason: 'late', since: 0 },
    { reason: 'forged', since: 1 },
  ]);
});
