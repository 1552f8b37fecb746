import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createPoll } from './create-poll.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const EVERY_MS = 5_000;

/** Creates a poll whose reads take until `finish` is called. */
function polling() {
  const state = { paused: false, reads: 0 };
  let finish = () => undefined as void;
  const read = () =>
    new Promise<void>((resolve) => {
      state.reads++;
      finish = resolve;
    });
  const { start, stop } = createPoll(read, EVERY_MS, () => state.paused);
  const advance = async () => {
    finish();
    await vi.advanceTimersByTimeAsync(EVERY_MS);
  };
  return { state, start: () => void start(), stop, advance };
}

it('should not read while it is paused, and read at once when started again', async () => {
  const { state, start, advance } = polling();
  start();
  state.paused = true;
  await advance();
  await advance();
  expect(state.reads).toBe(1);
  state.paused = false;
  start();
  expect(state.reads).toBe(2);
});

it('should not read twice as often if it is started again during a read', async () => {
  const { state, start, stop, advance } = polling();
  start();
  await advance();
  expect(state.reads).toBe(2);
  start();
  expect(state.reads).toBe(3);
  await advance();
  expect(state.reads).toBe(4);
  stop();
  await advance();
  await advance();
  expect(state.reads).toBe(4);
});
