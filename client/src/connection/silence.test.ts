import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Silence } from './silence.ts';

const probe = vi.fn(() => true);
const changed = vi.fn();
let silence: Silence;

beforeEach(() => {
  vi.useFakeTimers();
  silence = new Silence({ probe, changed });
});
afterEach(() => {
  vi.useRealTimers();
  vi.clearAllMocks();
});

it('should consider a connection doubtful within 15 s of its last activity', () => {
  silence.start();
  vi.advanceTimersByTime(7_000);
  silence.recordActivity();
  vi.advanceTimersByTime(14_900);
  expect([silence.doubtful, probe.mock.calls.length, changed.mock.calls.length]).toEqual([true, 1, 1]);
  silence.recordActivity();
  expect([silence.doubtful, changed.mock.calls.length]).toEqual([false, 2]);
});

it('should not probe while positions arrive at least every 10 s', () => {
  silence.start();
  for (let n = 0; n < 20; n++) {
    vi.advanceTimersByTime(10_000);
    silence.recordActivity();
  }
  expect(probe).not.toHaveBeenCalled();
});

it('should treat a probe response as activity', () => {
  probe.mockImplementation(() => {
    setTimeout(() => silence.recordActivity(), 100);
    return true;
  });
  silence.start();
  vi.advanceTimersByTime(60_000);
  expect(silence.doubtful).toBe(false);
  expect(probe.mock.calls.length).toBeLessThanOrEqual(5);
});

it('should never consider a connection without feeds doubtful, and leave no timers behind', () => {
  probe.mockImplementation(() => false);
  silence.start();
  vi.advanceTimersByTime(60_000);
  expect([silence.doubtful, changed.mock.calls.length]).toEqual([false, 0]);
  silence.stop();
  expect(vi.getTimerCount()).toBe(0);
});

it('should consider a connection doubtful from the loss of the network until the server responds', () => {
  silence.doubt();
  expect(silence.doubtful, 'no connection').toBe(false);
  silence.start();
  probe.mockImplementation(() => false);
  silence.doubt();
  expect(silence.doubtful, 'no feed to probe').toBe(false);
  probe.mockImplementation(() => true);
  silence.doubt();
  silence.doubt();
  expect([silence.doubtful, probe.mock.calls.length, changed.mock.calls.length]).toEqual([true, 2, 1]);
  silence.recordActivity();
  expect(silence.doubtful).toBe(false);
  vi.advanceTimersByTime(14_900);
  expect(silence.doubtful, 'watched as before').toBe(true);
});
