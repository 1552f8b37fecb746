import type { Severity } from '../feed/notification.ts';

export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Weekday = (typeof WEEKDAYS)[number];

/**
 * Hours during which the reader is not interrupted, as times of day in `timeZone`. They may cross midnight. If `from`
 * equals `to`, they last the whole day.
 */
export interface QuietHours {
  /** `HH:MM`, for example `22:00`. */
  from: string;
  to: string;
  /** IANA name, for example `Europe/Berlin`. */
  timeZone: string;
  /** Days on which the quiet hours start. Default: every day. */
  days?: readonly Weekday[] | undefined;
  /** Severities that may interrupt during quiet hours. */
  allow: readonly Severity[];
}

const MINUTE_MS = 60_000;
const MINUTES_PER_DAY = 24 * 60;
/** Maximum step when searching for the end. No clock change is shorter. */
const STEP_MINUTES = 15;
/** Quiet hours can follow each other without a break. After this many minutes, assume that they never end. */
const MAX_MINUTES = 8 * MINUTES_PER_DAY;

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

/** Whether `name` is an IANA time zone name that this platform knows. */
export function isTimeZone(name: string): boolean {
  // Engines also accept offsets such as `+02:00`, which have no daylight saving time.
  if (!/^[A-Za-z][\w+/-]{0,63}$/.test(name)) return false;
  try {
    formatterOf(name);
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/** Converts `HH:MM` to minutes since midnight. */
const minutesOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5));

/** The local weekday and minute of the day in the time zone. */
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

/**
 * Whether the time `at` (ms since 1970) is within the quiet hours. Always false if this platform doesn't know the time
 * zone.
 */
export function isQuiet({ from, to, timeZone, days = WEEKDAYS }: QuietHours, at: number): boolean {
  if (!isTimeZone(timeZone)) return false;
  const { day, minute } = localTime(timeZone, at);
  const [start, end] = [minutesOf(from), minutesOf(to)];
  const begins = (on: number) => days.includes(WEEKDAYS[(on + 7) % 7] as Weekday);
  if (start < end) return begins(day) && minute >= start && minute < end;
  return (begins(day) && minute >= start) || (begins(day - 1) && minute < end);
}

/**
 * The end of the current quiet hours; `at` and the result are in ms since 1970. `undefined` if `at` is outside quiet
 * hours, `Infinity` if they never end. Uses only local times, so it is correct on days with a clock change.
 */
export function quietUntil(quiet: QuietHours, at: number): number | undefined {
  if (!isQuiet(quiet, at)) return undefined;
  const begin = Math.floor(at / MINUTE_MS) * MINUTE_MS;
  // A step must not skip the time from the end of the quiet hours to their next start, which may be a minute.
  const pause = (minutesOf(quiet.from) - minutesOf(quiet.to) + MINUTES_PER_DAY) % MINUTES_PER_DAY;
  const step = Math.min(STEP_MINUTES, pause || STEP_MINUTES);
  let passed = 0;
  while (isQuiet(quiet, begin + passed * MINUTE_MS)) {
    passed += step;
    if (passed > MAX_MINUTES) return Infinity;
  }
  while (passed > 0 && !isQuiet(quiet, begin + (passed - 1) * MINUTE_MS)) passed--;
  return begin + passed * MINUTE_MS;
}
