import { MAX_LISTED_SCHEDULES } from '@tocsin/contracts';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { testProducer } from '../../testing/test-producer.ts';
import { testSchedules } from '../../testing/test-schedules.ts';
import { nameOf } from './names.ts';
import { CACHE_MS } from './schedule-lister.ts';
import { LEAD_MS } from './schedules.ts';

const START = new Date('2026-01-01T00:00:00Z').getTime();
const HOUR = 3_600_000;
beforeEach(() => void vi.useFakeTimers({ now: START }));
afterEach(() => void vi.useRealTimers());

const instance = () => {
  const fixture = testProducer();
  return { ...fixture, ...testSchedules(fixture.producer) };
};
const time = (inMs: number) => new Date(START + inMs).toISOString();
const input = (id: string, inMs: number, feed = 'all') => ({ id, feed, title: id, deliverAt: time(inMs) });

describe('the list of schedules', () => {
  it('should contain the jobs and the notifications in the due window, earliest first', async () => {
    const { publishService, schedules, jobs } = instance();
    await publishService.publish([input('far', 2 * HOUR), input('near', 40_000), input('x', HOUR, 'user:1')]);
    const find = jobs.find.bind(jobs);
    vi.spyOn(jobs, 'find').mockImplementation(async (name) => {
      // Finds the earliest job last.
      if (name === nameOf('user:1', { id: 'x' })) await vi.advanceTimersByTimeAsync(1);
      return find(name);
    });
    expect(await schedules.list()).toEqual({
      ...{ at: time(0), count: 3, isComplete: true },
      next: [
        { id: 'near', feed: 'all', deliverAt: time(40_000) },
        { id: 'x', feed: 'user:1', deliverAt: time(HOUR) },
        { id: 'far', feed: 'all', deliverAt: time(2 * HOUR) },
      ],
    });
  });

  it('should contain a schedule once while it moves from a job to the due window, but not after delivery', async () => {
    const { publishService, schedules } = instance();
    await publishService.publish([input('a', HOUR)]);
    for (const [at, count] of [
      [HOUR - LEAD_MS - 1_000, 1],
      [HOUR - LEAD_MS + 15_000, 1],
      [HOUR + 2_000, 0],
    ] as const) {
      await vi.advanceTimersByTimeAsync(START + at - Date.now());
      const { count: counted, next } = await schedules.list();
      expect([at, counted, next.length]).toEqual([at, count, count]);
    }
  });

  it('should count all schedules, but list only a limited number', async () => {
    const { publishService, schedules } = instance();
    const all = Array.from({ length: MAX_LISTED_SCHEDULES + 20 }, (_, number) =>
      input(`n${number}`, HOUR + number * 1_000, `user:${number % 7}`),
    );
    await publishService.publish(all.toReversed());
    const { count, next } = await schedules.list();
    expect(count).toBe(all.length);
    expect(next.map(({ id }) => id)).toEqual(all.slice(0, MAX_LISTED_SCHEDULES).map(({ id }) => id));
  });

  it('should not contain schedules without a job', async () => {
    const { publishService, schedules, jobs } = instance();
    await publishService.publish([input('a', HOUR), input('b', HOUR)]);
    await jobs.remove(nameOf('all', { id: 'a' }));
    expect(await schedules.list()).toMatchObject({ count: 1, next: [{ id: 'b' }] });
  });

  it('should contain a schedule even if it comes after many schedules that never became jobs', async () => {
    const { publishService, schedules, jobs } = instance();
    const set = vi.spyOn(jobs, 'set').mockRejectedValue(new Error('unavailable'));
    const failed = Array.from({ length: 2 * MAX_LISTED_SCHEDULES }, (_, number) => input(`n${number}`, HOUR));
    expect((await publishService.publish(failed)).outcome).toBe('late');
    set.mockRestore();
    await publishService.publish([input('a', 2 * HOUR)]);
    expect(await schedules.list()).toMatchObject({ count: 1, next: [{ id: 'a' }] });
  });

  it('should be read only once for concurrent requests, and be cached for 15 s', async () => {
    const { publishService, schedules, scheduleIndexStore } = instance();
    await publishService.publish([input('a', HOUR)]);
    const read = vi.spyOn(scheduleIndexStore, 'read');
    const [first, second] = await Promise.all([schedules.list(), schedules.list()]);
    const calls = read.mock.calls.length;
    expect(second).toBe(first);
    await publishService.publish([input('near', 40_000)]);
    await vi.advanceTimersByTimeAsync(CACHE_MS - 1);
    expect(await schedules.list()).toBe(first);
    // The cache expires even if the clock is set back.
    vi.setSystemTime(START - HOUR);
    await vi.advanceTimersByTimeAsync(1);
    expect(await schedules.list()).toMatchObject({ count: 2 });
    expect(read).toHaveBeenCalledTimes(2 * calls);
  });

  it('should not be cached if it can’t be read because the scheduler doesn’t respond', async () => {
    const { publishService, schedules, jobs } = instance();
    await publishService.publish([input('a', HOUR)]);
    vi.spyOn(jobs, 'find').mockRejectedValueOnce(new Error('unavailable'));
    await expect(schedules.list()).rejects.toThrow('unavailable');
    expect(await schedules.list()).toMatchObject({ count: 1 });
  });
});
