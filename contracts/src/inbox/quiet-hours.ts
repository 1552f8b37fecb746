import type { Severity } from '../feed/notification.ts';

export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Weekday = (typeof WEEKDAYS)[number];

/**
 * Hours when the reader isn't interrupted, given as local times in `timeZone`. They can cross midnight. If `from`
 * equals `to`, they last the whole day.
 *
 * When clocks go back, some local times repeat. Quiet hours then begin at the first `from` and end at the last
 * `to`, so they aren't split in two. When clocks go forward, some local times are skipped. Quiet hours that would begin
 * or end at a skipped time begin or end at the change.
 */
export interface QuietHours {
  /** `HH:MM`, for example `22:00`. */
  from: string;
  to: string;
  /** IANA name, for example `Europe/Berlin`. */
  timeZone: string;
  /** Days when the quiet hours start. Default: every day. */
  days?: readonly Weekday[] | undefined;
  /** Severities that may interrupt during quiet hours. */
  allow: readonly Severity[];
}

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** Quiet hours that follow one another without a break for longer than this are assumed never to end. */
const MAX_MS = 8 * DAY_MS;

const formatters = new Map<string, Intl.DateTimeFormat>();
const MAX_FORMATTERS = 100;

function formatterOf(timeZone: string): Intl.DateTimeFormat {
  let formatter = formatters.get(timeZone);
  if (!formatter) {
    const [year, twoDigits] = ['numeric', '2-digit'] as const;
    formatter = new Intl.DateTimeFormat('en-US', {
      ...{ timeZone, hourCycle: 'h23', year, month: twoDigits, day: twoDigits },
      ...{ hour: twoDigits, minute: twoDigits },
    });
    if (formatters.size >= MAX_FORMATTERS) formatters.clear();
    formatters.set(timeZone, formatter);
  }
  return formatter;
}

/** Whether `name` is an IANA time zone known to this platform. */
export function isTimeZone(name: string): boolean {
  // Engines also accept offsets like `+02:00`, but those don't observe daylight saving time.
  if (!/^[A-Za-z][\w+/-]{0,63}$/.test(name)) return false;
  try {
    formatterOf(name);
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/** Converts `HH:MM` to milliseconds since midnight. */
const timeOfDay = (time: string): number =>
  (Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5))) * MINUTE_MS;

/** Returns a reading: the local time in a time zone, encoded as if it were UTC (ms since 1970). */
function readingAt(timeZone: string, at: number): number {
  const [month = 0, day, year = 0, hour, minute] = (formatterOf(timeZone).format(at).match(/\d+/g) ?? []).map(
    Number,
  );
  return Date.UTC(year, month - 1, day, hour, minute) + (at % MINUTE_MS);
}

/** Converts readings within two days of `at` to timestamps. Assumes that clocks change at most once in that period. */
class Clock {
  readonly #timeZone: string;
  /** The time zone's UTC offsets (ms) before and after the change. */
  readonly #offsets: readonly number[];

  constructor(timeZone: string, at: number) {
    this.#timeZone = timeZone;
    this.#offsets = [at - 2 * DAY_MS, at + 2 * DAY_MS].map((time) => readingAt(timeZone, time) - time);
  }

  /** Returns the reading at a timestamp. Assumes the larger of the two offsets. */
  latest(at: number): number {
    return at + Math.max(...this.#offsets);
  }

  /** Returns the first timestamp at which clocks show `reading` or later. */
  first(reading: number): number {
    const [low, high] = this.#range(reading);
    return low === high || this.#isReached(low, reading) ? low : this.#search(low, high, reading);
  }

  /** Returns the timestamp from which clocks always show `reading` or later. */
  last(reading: number): number {
    const [low, high] = this.#range(reading);
    if (low === high || !this.#isReached(high - MINUTE_MS, reading)) return high;
    return this.first(reading);
  }

  #range(reading: number): [low: number, high: number] {
    return [reading - Math.max(...this.#offsets), reading - Math.min(...this.#offsets)];
  }

  #isReached(at: number, reading: number): boolean {
    return readingAt(this.#timeZone, at) >= reading;
  }

  #search(low: number, high: number, reading: number): number {
    if (high - low <= MINUTE_MS) return high;
    const middle = low + Math.floor((high - low) / 2 / MINUTE_MS) * MINUTE_MS;
    return this.#isReached(middle, reading)
      ? this.#search(low, middle, reading)
      : this.#search(middle, high, reading);
  }
}

/** Returns the end of the quiet hours in force at `at`, or `undefined` outside quiet hours. */
function endAt({ from, to, timeZone, days = WEEKDAYS }: QuietHours, at: number): number | undefined {
  const clock = new Clock(timeZone, at);
  const [start, end] = [timeOfDay(from), timeOfDay(to)];
  const today = Math.floor(clock.latest(at) / DAY_MS) * DAY_MS;
  // If clocks go back at midnight, today's quiet hours can begin before yesterday is over.
  for (const day of [today, today - DAY_MS, today - 2 * DAY_MS]) {
    if (!days.includes(WEEKDAYS[(new Date(day).getUTCDay() + 6) % 7] as Weekday)) continue;
    const until = clock.last(day + end + (start < end ? 0 : DAY_MS));
    if (clock.first(day + start) <= at && at < until) return until;
  }
  return undefined;
}

/**
 * Returns the end of the quiet hours in force at `at` (both in ms since 1970), or `Infinity` if they never end. Quiet
 * hours that follow one another without a break count as one. Returns `undefined` if `at` is outside quiet hours or
 * this platform doesn't support the time zone.
 */
export function quietUntil(quiet: QuietHours, at: number): number | undefined {
  if (!isTimeZone(quiet.timeZone)) return undefined;
  let until: number | undefined;
  for (let end = endAt(quiet, at); end !== undefined; end = endAt(quiet, end)) {
    if (end - at > MAX_MS) return Infinity;
    until = end;
  }
  return until;
}

/** Whether `at` (ms since 1970) is within quiet hours. Always false if this platform doesn't support the time zone. */
export function isQuiet(quiet: QuietHours, at: number): boolean {
  return isTimeZone(quiet.timeZone) && endAt(quiet, at) !== undefined;
}
