import { describe, expect, it } from 'vitest';
import { createFormats, dayKey } from './time.ts';

const now = new Date(2026, 5, 15, 12, 0, 0).getTime();
const ago = (minutes: number) => now - minutes * 60_000;

describe('createFormats', () => {
  it("should format ages in the reader's locale", () => {
    const english = createFormats('en');
    expect([0, 0.9, 3, 119, 60 * 25].map((minutes) => english.relative(ago(minutes), now))).toEqual([
      'now',
      'now',
      '3 min. ago',
      '1 hr. ago',
      'yesterday',
    ]);
    expect(createFormats('de').relative(ago(3), now)).toBe('vor 3 Min.');
  });

  it('should format a future time as "now"', () => {
    expect(createFormats('en').relative(now + 60_000, now)).toBe('now');
  });

  it('should format dates for headings', () => {
    const english = createFormats('en-GB');
    const days = [now, ago(60 * 24), new Date(2026, 5, 1, 8).getTime(), new Date(2025, 11, 31, 8).getTime()];
    expect(days.map((time) => english.day(time, now))).toEqual([
      'Today',
      'Yesterday',
      'Monday 1 June',
      '31 December 2025',
    ]);
    expect(createFormats('de').day(now, now)).toBe('Heute');
  });

  it('should show notifications from before midnight under "Yesterday"', () => {
    const morning = new Date(2026, 5, 15, 0, 5).getTime();
    expect(createFormats('en').day(morning - 10 * 60_000, morning)).toBe('Yesterday');
    expect(dayKey(morning)).not.toBe(dayKey(morning - 10 * 60_000));
  });
});
