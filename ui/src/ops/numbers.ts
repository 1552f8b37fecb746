import { useLocale } from './messages/use-texts.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Creates a format on first use, because the page's language isn't known earlier. */
function lazy<T>(create: (locale: string | undefined) => T): () => T {
  let format: T | undefined;
  return () => (format ??= create(useLocale()));
}
const number = (maximumFractionDigits: number, options: Intl.NumberFormatOptions = {}) =>
  lazy((locale) => new Intl.NumberFormat(locale, { maximumFractionDigits, ...options }));
const unit = (name: string) => number(0, { style: 'unit', unit: name, unitDisplay: 'short' });

const rate = number(1);
const integer = number(0);
const percent = number(0, { style: 'percent' });
const time = lazy((locale) => new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'medium' }));
const clock = lazy((locale) => new Intl.DateTimeFormat(locale, { timeStyle: 'medium' }));
const UNITS = [
  [DAY, unit('day')],
  [HOUR, unit('hour')],
  [MINUTE, unit('minute')],
  [SECOND, unit('second')],
] as const;
const SIZES = [
  [1_024 ** 3, number(1, { style: 'unit', unit: 'gigabyte' })],
  [1_024 ** 2, unit('megabyte')],
  [1_024, unit('kilobyte')],
] as const;

/** Formats a rate. Small rates have one decimal. */
export const formatRate = (value: number): string => (value < 100 ? rate() : integer()).format(value);

/** Formats a duration in ms, or as a dash if it's unknown. Small durations have one decimal. */
export const formatLatency = (ms: number | null): string =>
  ms === null ? '–' : `${(ms < 10 ? rate() : integer()).format(ms)} ms`;

export const formatCount = (value: number): string => integer().format(value);
export const formatPercent = (share: number): string => percent().format(share);

/** Formats a date and time, with seconds. */
export const formatTime = (ms: number): string => time().format(ms);

/** Formats a time of day, with seconds. */
export const formatClock = (ms: number): string => clock().format(ms);

/** Formats a duration in the largest unit that fits. If the number is below 10, adds the next unit: "2 hr 5 min". */
export function formatDuration(ms: number): string {
  const remaining = Math.max(0, ms);
  const at = UNITS.findIndex(([length]) => remaining >= length);
  const [length, format] = UNITS[at < 0 ? UNITS.length - 1 : at] ?? UNITS[3];
  const count = Math.floor(remaining / length);
  const [nextLength, next] = UNITS[at + 1] ?? [];
  const remainder = nextLength && at >= 0 ? Math.floor((remaining % length) / nextLength) : 0;
  const first = format().format(count);
  return next && remainder > 0 && count < 10 ? `${first} ${next().format(remainder)}` : first;
}

/** Formats bytes in the largest unit that gives at least 1, or in kilobytes if none does. */
export function formatBytes(bytes: number): string {
  const [length, format] = SIZES.find(([size]) => bytes >= size) ?? SIZES[2];
  return format().format(bytes / length);
}
