import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Countdowns } from './countdowns.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('Countdowns', () => {
  it('should resume with the remaining time after a pause', () => {
    const done = vi.fn();
    const countdowns = new Countdowns();
    countdowns.start('a', 6000, done);
    vi.advanceTimersByTime(4000);
    countdowns.pause('hover');
    vi.advanceTimersByTime(60_000);
    countdowns.resume('hover');
    vi.advanceTimersByTime(1999);
    expect(done).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(done).toHaveBeenCalledOnce();
  });

  it('should stay paused while any reason to pause remains', () => {
    const done = vi.fn();
    const countdowns = new Countdowns();
    countdowns.pause('hover');
    countdowns.pause('hidden');
    countdowns.start('a', 100, done);
    countdowns.resume('hover');
    vi.advanceTimersByTime(1000);
    expect(done).not.toHaveBeenCalled();
    countdowns.resume('hidden');
    vi.advanceTimersByTime(100);
    expect(done).toHaveBeenCalledOnce();
  });

  it('should leave no timers behind when cleared', () => {
    const countdowns = new Countdowns();
    countdowns.start('a', 100, () => undefined);
    countdowns.start('a', 100, () => undefined);
    countdowns.start('b', 100, () => undefined);
    expect(vi.getTimerCount()).toBe(2);
    countdowns.clear();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('should end countdowns together if they are due almost simultaneously', () => {
    const done = vi.fn();
    const countdowns = new Countdowns();
    countdowns.start('a', 1000, done);
    countdowns.start('b', 1200, done);
    countdowns.start('c', 2000, done);
    vi.advanceTimersByTime(1000);
    expect(countdowns.takeDue(250)).toEqual(['b']);
    vi.advanceTimersByTime(5000);
    expect(done).toHaveBeenCalledTimes(2);
  });
});
