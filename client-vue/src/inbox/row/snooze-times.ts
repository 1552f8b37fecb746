import { MAX_SCHEDULE_MS } from '@tocsin/contracts';

const HOUR_MS = 60 * 60 * 1000;
/** The hour at which the morning starts. */
const MORNING_HOUR = 8;
const MONDAY = 1;

const morning = (now: Date, days: number): Date =>
  new Date(now.getFullYear(), now.getMonth(), now.getDate() + days, MORNING_HOUR);

/** Preset snooze times in the reader's time zone. */
export const SNOOZES = [
  { name: 'inAnHour', at: (now: Date) => new Date(now.getTime() + HOUR_MS) },
  { name: 'tomorrow', at: (now: Date) => morning(now, 1) },
  { name: 'nextWeek', at: (now: Date) => morning(now, (MONDAY - now.getDay() + 7) % 7 || 7) },
] as const;

/** Returns the next 8 a.m. */
export const nextMorning = (now: Date): Date => morning(now, now.getHours() < MORNING_HOUR ? 0 : 1);

const twoDigits = (number: number): string => String(number).padStart(2, '0');

/** Formats a time as the value of a `datetime-local` input. */
export const inputValueOf = (time: Date): string =>
  `${time.getFullYear()}-${twoDigits(time.getMonth() + 1)}-${twoDigits(time.getDate())}T${twoDigits(time.getHours())}:${twoDigits(time.getMinutes())}`;

/** Returns the latest time that the server accepts for a snooze. */
export const lastTime = (): Date => new Date(Date.now() + MAX_SCHEDULE_MS);

/** Parses the value of a `datetime-local` input. Returns only future times that the server accepts. */
export function futureTimeIn(value: string): Date | undefined {
  const time = new Date(value);
  return time.getTime() > Date.now() && time <= lastTime() ? time : undefined;
}
