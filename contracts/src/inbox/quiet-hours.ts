import type { Severity } from '../feed/notification.ts';

export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Weekday = (typeof WEEKDAYS)[number];

/**
 * Times of day, as clocks of `timeZone` show them, in which the reader is not interrupted. They may pass midnight;
 * with `from` and `to` alike they last the whole day.
 */
export interface QuietHours {
  /** `HH:MM`, as in `22:00`. */
  from: string;
  to: string;
  /** IANA name, as in `Europe/Berlin`. */
  timeZone: string;
  /** Days on which they begin. Default: every day. */
  days?: readonly Weekday[] | undefined;
  /** Severities that interrupt all the same. */
  allow: readonly Severity[];
}

const MINUTE_MS = 60_000;
const MINUTES_PER_DAY = 24 * 60;
/** No clock change is shorter than this. */
const STEP_MINUTES = 15;
/** Quiet hours may follow each other without a break for a week, and then they have no end. */
const FURTHEST_MINUTES = 8 * MINUTES_PER_DAY;

const formatters = new Map<string, Intl.DateTimeFormat>();
const MAX_FORMATTERS = 100;

function formatterOf(timeZone: string): Intl.DateTimeFormat {
  let formatter = formatters.get(timeZone);
  if (!formatter) {
    formatter = new Intl.DateTimeFormat('en-US', {
      ...{ timeZone, hourCycle: 'h23', weekday: 'short', hour: '2-digit', minute: '2-digit' },
    });
    if (formatters.size >= MAX_FORMATTERS) formatters.clear();
    formatters.set(timeZone, formatter);
  }
  return formatter;
}

/** Whether it is the IANA name of a time zone that this platform knows. */
export function isTimeZone(name: string): boolean {
  // Engines also take offsets, as in `+02:00`, which know no daylight saving time.
  if (!/^[A-Za-z][\w+/-]{0,63}$/.test(name)) return false;
  try {
    formatterOf(name);
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/** Minutes since midnight of `HH:MM`. */
const minutesOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5));

/** What a clock and a calendar in the time zone show. */
function localTime(timeZone: string, at: number): { day: number; minute: number } {
  const parts = new Map(
    formatterOf(timeZone)
      .formatToParts(at)
      .map(({ type, value }) => [type, value]),
  );
  const weekday = (parts.get('weekday') ?? '').slice(0, 3).toLowerCase();
  return {
    day: (WEEKDAYS as readonly string[]).indexOf(weekday),
    minute: Number(parts.get('hour')) * 60 + Number(parts.get('minute')),
  };
}

/** Whether the quiet hours are under way at `at` (ms since 1970). A time zone that is not known here has none. */
export function isQuiet({ from, to, timeZone, days = WEEKDAYS }: QuietHours, at: number): boolean {
  if (!isTimeZone(timeZone)) return false;
  const { day, minute } = localTime(timeZone, at);
  const [start, end] = [minutesOf(from), minutesOf(to)];
  const begins = (on: number) => days.includes(WEEKDAYS[(on + 7) % 7] as Weekday);
  if (start < end) return begins(day) && minute >= start && minute < end;
  return (begins(day) && minute >= start) || (begins(day - 1) && minute < end);
}

/**
 * When the quiet hours that are under way at `at` end, both in ms since 1970; `undefined` if none are, and `Infinity` if
 * they do not end. Looks at local clocks alone, so it holds on days on which these are changed.
 */
export function quietUntil(quiet: QuietHours, at: number): number | undefined {
  if (!isQuiet(quiet, at)) return undefined;
  const begin = Math.floor(at / MINUTE_MS) * MINUTE_MS;
  let passed = 0;
  while (isQuiet(quiet, begin + passed * MINUTE_MS)) {
    passed += STEP_MINUTES;
    if (passed > FURTHEST_MINUTES) return Infinity;
  }
  while (passed > 0 && !isQuiet(quiet, begin + (passed - 1) * MINUTE_MS)) passed--;
  return begin + passed * MINUTE_MS;
}
