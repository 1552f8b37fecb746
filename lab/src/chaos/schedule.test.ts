import { describe, expect, it } from 'vitest';
import { killsOnce, nameOf, roundLength, schedule, type ScheduleOptions } from './schedule.ts';

const SHORT: ScheduleOptions = { seed: 1, full: false, naive: false, redis: 'single' };

function first(count: number, options: ScheduleOptions): string[] {
  const names: string[] = [];
  for (const fault of schedule(options)) {
    if (names.push(nameOf(fault)) === count) break;
  }
  return names;
}

describe('the fault schedule', () => {
  it('should be reproducible from the seed', () => {
    expect(first(200, SHORT)).toEqual(first(200, SHORT));
    expect(first(200, SHORT)).not.toEqual(first(200, { ...SHORT, seed: 2 }));
  });

  it('should start a short run by killing each process once, and by killing a process at each step', () => {
    const kills = killsOnce('single').map(nameOf);
    expect(first(kills.length, SHORT).sort()).toEqual(kills.sort());
  });

  it('should kill, stop and restart every process in each round in a full run', () => {
    const length = roundLength('single');
    const round = first(length, { ...SHORT, full: true });
    expect(new Set(round).size).toBe(length);
    for (const action of ['kill -9', 'SIGSTOP', 'restart']) {
      expect(round).toContain(`${action} bff-2 sidecar`);
      expect(round).toContain(`${action} redis`);
    }
  });

  it('should kill and restart Redis Cluster masters, but not stop them', () => {
    const length = roundLength('cluster');
    const round = first(length, { ...SHORT, full: true, redis: 'cluster' });
    expect(new Set(round).size).toBe(length);
    expect(round.filter((name) => / (redis|master of entries)$/.test(name)).sort()).toEqual([
      'kill -9 master of entries',
      'restart master of entries',
    ]);
  });

  it('should first kill the naive bff between pop and emit, and never at a step that it doesn’t have', () => {
    const names = first(100, { ...SHORT, naive: true });
    expect(names[0]).toBe('kill -9 at bff popped');
    expect(names).not.toContain('kill -9 at bff committed');
  });
});
