import { describe, expect, it, vi } from 'vitest';
import { interruptionRule, mayInterrupt } from './interrupt.ts';
import { DEFAULT_PREFERENCES } from './muted.ts';
import { isQuiet, isTimeZone, quietUntil, type QuietHours } from './quiet-hours.ts';

const night: QuietHours = { from: '22:00', to: '07:00', timeZone: 'Europe/Berlin', allow: [] };
const at = (text: string) => Date.parse(text);
const end = (quiet: QuietHours, text: string) => {
  const until = quietUntil(quiet, at(text));
  return until === undefined ? undefined : new Date(until).toISOString();
};

describe('quiet hours', () => {
  it('should follow local time in the configured time zone, including across midnight', () => {
    expect(isQuiet(night, at('2026-07-01T19:59:59Z'))).toBe(false);
    expect(isQuiet(night, at('2026-07-01T20:00:00Z'))).toBe(true);
    expect(isQuiet(night, at('2026-07-02T04:59:59Z'))).toBe(true);
    expect(isQuiet(night, at('2026-07-02T05:00:00Z'))).toBe(false);
    // In winter, the same local time is an hour later in UTC.
    expect(isQuiet(night, at('2026-01-01T20:30:00Z'))).toBe(false);
    expect(isQuiet(night, at('2026-01-01T21:00:00Z'))).toBe(true);
  });

  it('should end at the same local time when the clocks change', () => {
    expect(end(night, '2026-03-28T21:30:00Z')).toBe('2026-03-29T05:00:00.000Z');
    expect(end(night, '2026-10-24T20:30:00Z')).toBe('2026-10-25T06:00:00.000Z');
    expect(end(night, '2026-03-29T12:00:00Z')).toBeUndefined();
    // 02:00 to 03:00 doesn't exist on 29 March and is repeated on 25 October.
    const hour = { ...night, from: '02:00', to: '03:00' };
    expect(isQuiet(hour, at('2026-03-29T01:00:00Z'))).toBe(false);
    expect(end(hour, '2026-10-25T00:10:00Z')).toBe('2026-10-25T02:00:00.000Z');
    expect(end({ ...night, to: '02:30' }, '2026-03-29T00:10:00Z')).toBe('2026-03-29T01:00:00.000Z');
  });

  describe.each([
    { timeZone: 'Europe/Berlin', back: '2026-10-25T01:00:00Z', forward: '2026-03-29T01:00:00Z' },
    { timeZone: 'America/New_York', back: '2026-11-01T06:00:00Z', forward: '2026-03-08T07:00:00Z' },
  ])('on days with a clock change: $timeZone', ({ timeZone, back, forward }) => {
    const HOUR_MS = 3_600_000;
    const minutes = (time: string, count: number) => Date.parse(time) + count * 60_000;
    /** The local hour before the change, which repeats when clocks go back. */
    const hour = timeZone === 'Europe/Berlin' ? '02' : '01';
    const quiet = (from: string, to: string): QuietHours => ({ from, to, timeZone, allow: [] });
    /** Returns the quiet periods on the night of the change (minutes relative to the change). */
    const night = (hours: QuietHours, change: string): [from: number, to: number][] => {
      const found: [number, number][] = [];
      for (let minute = -9 * 60; minute < 9 * 60; minute++) {
        if (!isQuiet(hours, minutes(change, minute))) continue;
        const last = found.at(-1);
        if (last?.[1] === minute) last[1]++;
        else found.push([minute, minute + 1]);
      }
      return found;
    };

    it('should be one continuous period if they end in the repeated hour', () => {
      const evening = quiet('22:00', `${hour}:30`);
      const hoursBefore = Number(hour) + 2 + 1;
      expect(night(evening, back)).toEqual([[-hoursBefore * 60, 30]]);
      expect(quietUntil(evening, minutes(back, -90))).toBe(minutes(back, 30));
      expect(quietUntil(evening, minutes(back, -10))).toBe(minutes(back, 30));
    });

    it('should begin once if they begin in the repeated hour', () => {
      const morning = quiet(`${hour}:30`, '07:00');
      expect(isQuiet(morning, minutes(back, -31))).toBe(false);
      expect(night(morning, back)).toEqual([[-30, (6 - Number(hour)) * 60 + 60]]);
    });

    it('should include both occurrences of the repeated hour if they begin and end in it', () => {
      expect(night(quiet(`${hour}:10`, `${hour}:20`), back)).toEqual([[-50, 20]]);
      expect(night(quiet(`${hour}:00`, `0${Number(hour) + 1}:00`), back)).toEqual([[-60, 60]]);
    });

    it('should begin or end at the change if the clocks skip the set time', () => {
      // In both time zones, clocks skip from 02:00 to 03:00.
      expect(night(quiet('22:00', '02:30'), forward)).toEqual([[-4 * 60, 0]]);
      expect(night(quiet('02:30', '07:00'), forward)).toEqual([[0, 4 * 60]]);
      expect(night(quiet('02:10', '02:50'), forward)).toEqual([]);
      expect(quietUntil(quiet('22:00', '02:30'), Date.parse(forward) - HOUR_MS)).toBe(Date.parse(forward));
    });

    it('should be an hour longer in autumn and an hour shorter in spring', () => {
      const hours = quiet('22:00', '07:00');
      const length = (time: string) => night(hours, time).map(([from, to]) => (to - from) / 60);
      expect([length(back), length(forward)]).toEqual([[10], [8]]);
    });
  });

  it('should support zones with fractional-hour offsets, and zones without daylight saving time', () => {
    expect(end({ ...night, timeZone: 'Australia/Lord_Howe' }, '2026-04-04T12:00:00Z')).toBe(
      '2026-04-04T20:30:00.000Z',
    );
    expect(end({ ...night, timeZone: 'Asia/Kathmandu' }, '2026-01-01T18:00:00Z')).toBe(
      '2026-01-02T01:15:00.000Z',
    );
  });

  it('should end if the next quiet hours start a minute later', () => {
    const nearlyAlways = { ...night, from: '12:01', to: '12:00' };
    expect(end(nearlyAlways, '2026-07-01T10:05:00Z')).toBe('2026-07-02T10:00:00.000Z');
    expect(end({ ...nearlyAlways, from: '12:07' }, '2026-07-01T10:10:00Z')).toBe('2026-07-02T10:00:00.000Z');
  });

  it('should start on the given days and last a whole day if both times are equal', () => {
    const weekend: QuietHours = { ...night, days: ['fri', 'sat'] };
    expect(isQuiet(weekend, at('2026-07-03T21:00:00Z'))).toBe(true);
    expect(isQuiet(weekend, at('2026-07-05T04:00:00Z'))).toBe(true);
    expect(isQuiet(weekend, at('2026-07-05T21:00:00Z'))).toBe(false);
    const sunday: QuietHours = { ...night, from: '00:00', to: '00:00', days: ['sun'] };
    expect(end(sunday, '2026-07-05T10:00:00Z')).toBe('2026-07-05T22:00:00.000Z');
    expect(quietUntil({ ...sunday, days: undefined }, at('2026-07-05T10:00:00Z'))).toBe(Infinity);
  });

  it('should accept only IANA names as time zones', () => {
    expect(['Europe/Berlin', 'UTC', 'America/Argentina/Ushuaia', 'Etc/GMT+5'].every(isTimeZone)).toBe(true);
    expect(['', '+02:00', 'Mars/Base', '../etc', 'Europe/Berlin ', 'x'.repeat(99)].some(isTimeZone)).toBe(
      false,
    );
    expect(isQuiet({ ...night, timeZone: 'Mars/Base' }, at('2026-07-01T21:00:00Z'))).toBe(false);
  });
});

describe('mayInterrupt', () => {
  const info = { feed: 'all', severity: 'info', source: 'ci', category: 'build' } as const;
  const now = at('2026-07-01T21:00:00Z');

  it('should allow interruptions without preferences', () => {
    expect(mayInterrupt(DEFAULT_PREFERENCES, info, now)).toEqual({ interrupt: true });
  });

  it.each([
    { feeds: ['all'] },
    { severities: ['info' as const] },
    { sources: ['ci'] },
    { categories: ['build'] },
  ])('should keep muted notifications from interrupting: %o', (muted) => {
    expect(mayInterrupt({ ...DEFAULT_PREFERENCES, ...muted }, info, now)).toEqual({
      ...{ interrupt: false, why: 'muted' },
    });
  });

  it('should apply a mute until it ends', () => {
    const until = '2026-07-02T06:00:00Z';
    const muted = { ...DEFAULT_PREFERENCES, mutedUntil: [{ list: 'sources' as const, name: 'ci', until }] };
    expect(mayInterrupt(muted, info, now)).toEqual({ interrupt: false, why: 'muted' });
    expect(mayInterrupt(muted, { ...info, source: 'shop' }, now)).toEqual({ interrupt: true });
    expect(mayInterrupt(muted, info, at(until) - 1)).toEqual({ interrupt: false, why: 'muted' });
    expect(mayInterrupt(muted, info, at(until))).toEqual({ interrupt: true });
  });

  it('should block interruptions during quiet hours except for allowed severities', () => {
    const preferences = { ...DEFAULT_PREFERENCES, quietHours: { ...night, allow: ['error' as const] } };
    expect(mayInterrupt(preferences, info, now)).toEqual({
      ...{ interrupt: false, why: 'quiet', until: at('2026-07-02T05:00:00Z') },
    });
    expect(mayInterrupt(preferences, { ...info, severity: 'error' }, now)).toEqual({ interrupt: true });
    expect(mayInterrupt(preferences, info, at('2026-07-02T05:00:00Z'))).toEqual({ interrupt: true });
  });

  it('should compute the quiet hours once for many notifications at the same time', () => {
    const timeZone = vi.fn(() => night.timeZone);
    const quietHours = Object.defineProperty({ ...night }, 'timeZone', { get: timeZone });
    for (const [time, expected] of [
      [now, { interrupt: false, why: 'quiet', until: at('2026-07-02T05:00:00Z') }],
      [at('2026-07-02T05:00:00Z'), { interrupt: true }],
    ] as const) {
      const interruptionOf = interruptionRule({ ...DEFAULT_PREFERENCES, quietHours }, time);
      const first = interruptionOf(info);
      const { length } = timeZone.mock.calls;
      expect([first, interruptionOf({ ...info, feed: 'user:ada' })]).toEqual([expected, expected]);
      expect([length > 0, timeZone.mock.calls.length]).toEqual([true, length]);
      timeZone.mockClear();
    }
  });
});
