const HOUR_MS = 60 * 60 * 1000;
/** When the morning starts. */
const MORNING = 8;
const MONDAY = 1;

const morning = (now: Date, days: number): Date =>
  new Date(now.getFullYear(), now.getMonth(), now.getDate() + days, MORNING);

/** Preset snooze times in the reader's time zone. */
export const SNOOZES = [
  { name: 'inAnHour', at: (now: Date) => new Date(now.getTime() + HOUR_MS) },
  { name: 'tomorrow', at: (now: Date) => morning(now, 1) },
  { name: 'nextWeek', at: (now: Date) => morning(now, (MONDAY - now.getDay() + 7) % 7 || 7) },
] as const;

/** The next 8 a.m. */
export const nextMorning = (now: Date): Date => morning(now, now.getHours() < MORNING ? 0 : 1);

const two = (number: number): string => String(number).padStart(2, '0');

/** Formats a time for a `datetime-local` input. */
export const localInput = (time: Date): string =>
  `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}T${two(time.getHours())}:${two(time.getMinutes())}`;

/** Parses a `datetime-local` value. `undefined` unless it's in the future. */
export function timeIn(value: string): Date | undefined {
  const time = new Date(value);
  return time.getTime() > Date.now() ? time : undefined;
}
