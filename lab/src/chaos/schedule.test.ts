import { describe, expect, it } from 'vitest';
import { ROUND_LENGTH, killsOnce, nameOf, schedule, type ScheduleOptions } from './schedule.ts';

const SHORT: ScheduleOptions = { seed: 1, full: false, naive: false };

function first(count: number, options: ScheduleOptions): string[] {
  const names: string[] = [];
  for (const fault of schedule(options)) {
    if (names.push(nameOf(fault)) === count) break;
  }
  return names;
}

describe('the fault schedule', () => {
  it('should be the same for the same seed', () => {
    expect(first(200, SHORT)).toEqual(first(200, SHORT));
    expect(first(200, SHORT)).not.toEqual(first(200, { ...SHORT, seed: 2 }));
  });

  it('should start a short run with one kill of every process and step', () => {
    const kills = killsOnce().map(nameOf);
    expect(first(kills.length, SHORT).sort()).toEqual(kills.sort());
  });

  it('should kill, stop and restart every process in each round of a full run', () => {
    const round = first(ROUND_LENGTH, { ...SHORT, full: true });
    expect(new Set(round).size).toBe(ROUND_LENGTH);
    for (const harm of ['kill -9', 'SIGSTOP', 'restart']) {
      expect(round).toContain(`${harm} bff-2 sidecar`);
      expect(round).toContain(`${harm} redis`);
    }
  });

  it('should first kill the naive bff between pop and emit, and kill it only at steps that it has', () => {
    const names = first(100, { ...SHORT, naive: true });
    expect(names[0]).toBe('kill -9 at bff popped');
    expect(names).not.toContain('kill -9 at bff committed');
  });
});
