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

it('should treat a connection as suspect within 15 s of its last activity', () => {
  silence.start();
  vi.advanceTimersByTime(7_000);
  silence.recordActivity();
  vi.advanceTimersByTime(14_900);
  expect([silence.suspect, probe.mock.calls.length, changed.mock.calls.length]).toEqual([true, 1, 1]);
  silence.recordActivity();
  expect([silence.suspect, changed.mock.calls.length]).toEqual([false, 2]);
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
  expect(silence.suspect).toBe(false);
  expect(probe.mock.calls.length).toBeLessThanOrEqual(5);
});

it('should never treat a connection without feeds as suspect, and should leave no timers behind', () => {
  probe.mockImplementation(() => false);
  silence.start();
  vi.advanceTimersByTime(60_000);
  expect([silence.suspect, changed.mock.calls.length]).toEqual([false, 0]);
  silence.stop();
  expect(vi.getTimerCount()).toBe(0);
});

it('should treat a connection as suspect once the network is lost, until the server responds', () => {
  silence.verify();
  expect(silence.suspect, 'no connection').toBe(false);
  silence.start();
  probe.mockImplementation(() => false);
  silence.verify();
  expect(silence.suspect, 'no feed to probe').toBe(false);
  probe.mockImplementation(() => true);
  silence.verify();
  silence.verify();
  expect([silence.suspect, probe.mock.calls.length, changed.mock.calls.length]).toEqual([true, 2, 1]);
  silence.recordActivity();
  expect(silence.suspect).toBe(false);
  vi.advanceTimersByTime(14_900);
  expect(silence.suspect, 'watched as before').toBe(true);
});
