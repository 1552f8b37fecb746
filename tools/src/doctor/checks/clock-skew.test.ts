import { describe, expect, it } from 'vitest';
import { checkClocks, clockOf } from './clock-skew.ts';

const NOW = 1_800_000_000_000;
const exact = (name: string, ahead: number) => ({ name, min: ahead, max: ahead + 1 });
const fromHeader = (name: string, ahead: number) => {
  const date = Math.floor((NOW + ahead) / 1000) * 1000;
  const clock = clockOf(name, { status: 200, text: '', date, sentAt: NOW, receivedAt: NOW + 40 });
  if (!clock) throw new Error('no clock for this date');
  return clock;
};

describe('checkClocks', () => {
  it.each([0, 250, 999])(
    'should accept clocks that differ by less than a header can show: %i ms',
    (ahead) => {
      expect(checkClocks([exact('redis', 0), fromHeader('bff-1', ahead)]).state).toBe('ok');
    },
  );

  it('should report the clocks that differ, fastest clock first', () => {
    const finding = checkClocks([exact('redis', 0), fromHeader('bff-1', 10_000), fromHeader('producer', 0)]);
    expect(finding.state).toBe('warn');
    expect(finding.says).toMatch(/^bff-1 is at least \d+\.\d s ahead of redis/);
  });

  it('should report an error if clocks differ by more than tokens tolerate', () => {
    expect(checkClocks([exact('redis', 40_000), exact('bff-1', 0)]).state).toBe('fault');
    expect(checkClocks([exact('redis', -40_000), exact('bff-1', 0)]).state).toBe('fault');
  });

  it('should not report clocks as fine if no process reported the time', () => {
    expect(checkClocks([]).state).toBe('warn');
    expect(
      clockOf('x', { status: 200, text: '', date: undefined, sentAt: 0, receivedAt: 0 }),
    ).toBeUndefined();
  });
});
