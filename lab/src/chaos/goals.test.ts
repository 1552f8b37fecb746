import { describe, expect, it } from 'vitest';
import { goalsOf, shortfalls } from './goals.ts';
import { killsOnce, roundLength, schedule, type Fault } from './schedule.ts';

const ROUND = roundLength('single');
const done = (faults: Fault[]) => faults.map((fault) => ({ fault, happened: true }));
const redis: Fault = { kind: 'kill', target: 'redis' };

describe('a run’s goals', () => {
  it('should require a short run to kill each process once, and to kill a process at each step', () => {
    const goals = goalsOf({ full: false, naive: false, redis: 'single' });
    expect(shortfalls(goals, { events: done(killsOnce('single')), acknowledged: 0 })).toEqual([]);
    const events = done(killsOnce('single')).filter(
      ({ fault }) => !('target' in fault && fault.target === 'redis'),
    );
    expect(shortfalls(goals, { events, acknowledged: 0 })).toEqual(['kill -9 redis happened 0 of 1 times']);
  });

  it('should require a short run to kill the Redis Cluster master for each kind of data once', () => {
    const goals = goalsOf({ full: false, naive: false, redis: 'cluster' });
    expect(shortfalls(goals, { events: done(killsOnce('single')), acknowledged: 0 })).toEqual([
      'kill -9 master of heads happened 0 of 1 times',
      'kill -9 master of broadcasts happened 0 of 1 times',
      'kill -9 master of announcements happened 0 of 1 times',
      'kill -9 master of entries happened 0 of 1 times',
    ]);
    expect(shortfalls(goals, { events: done(killsOnce('cluster')), acknowledged: 0 })).toEqual([]);
  });

  it('should not count a fault that did not happen', () => {
    const goals = goalsOf({ full: false, naive: false, redis: 'single' });
    const events = [...done(killsOnce('single')), { fault: redis, happened: false }];
    expect(shortfalls(goals, { events, acknowledged: 0 })).toEqual([
      'kill -9 redis was attempted but did not happen',
    ]);
  });

  it('should be met after five rounds in a full run with 10,000 notifications', () => {
    const goals = goalsOf({ full: true, naive: false, redis: 'single' });
    const faults: Fault[] = [];
    for (const fault of schedule({ seed: 3, full: true, naive: false, redis: 'single' })) {
      if (faults.push(fault) === 5 * ROUND) break;
    }
    expect(shortfalls(goals, { events: done(faults), acknowledged: 10_000 })).toEqual([]);
    expect(shortfalls(goals, { events: done(faults), acknowledged: 9_999 })).toEqual([
      '9999 of 10000 notifications',
    ]);
    const three = shortfalls(goals, { events: done(faults.slice(2 * ROUND)), acknowledged: 10_000 });
    expect(three).toContain('kill -9 at bff committed happened 3 of 5 times');
    expect(three.at(-1)).toBe(`${3 * killsOnce('single').length} of 100 kills`);
  });
});
