import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Linked } from './fetch-linked.ts';
import { untilAnswered } from './until-answered.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('should ask again after a random pause until the server can answer', async () => {
  const answers: Linked[] = [{ state: 'failed' }, { state: 'failed' }, { state: 'unknown' }];
  const ask = vi.fn(async () => answers.shift() ?? { state: 'failed' as const });
  const ended = untilAnswered(ask, () => true);
  await vi.advanceTimersByTimeAsync(4_999);
  expect(ask).toHaveBeenCalledOnce();
  await vi.advanceTimersByTimeAsync(60_000);
  await ended;
  expect(ask).toHaveBeenCalledTimes(3);
  expect(vi.getTimerCount()).toBe(0);
});

it('should stop once the answer is no longer wanted, or the server has refused it', async () => {
  let isWanted = true;
  const ask = vi.fn(async () => ({ state: 'failed' as const }));
  const ended = untilAnswered(ask, () => isWanted);
  isWanted = false;
  await vi.advanceTimersByTimeAsync(30_000);
  await ended;
  expect(ask).toHaveBeenCalledOnce();
  await untilAnswered(
    async () => ({ state: 'refused' }),
    () => true,
  );
  await untilAnswered(ask, () => false);
  expect(ask).toHaveBeenCalledOnce();
});
