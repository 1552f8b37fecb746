const HOUR_MS = 60 * 60 * 1000;
/** The hour of the day at which a morning begins. */
const MORNING = 8;
const MONDAY = 1;

const morning = (now: Date, days: number): Date =>
  new Date(now.getFullYear(), now.getMonth(), now.getDate() + days, MORNING);

/** The times that a reader can choose without typing one, in the reader's time zone. */
export const SNOOZES = [
  { name: 'inAnHour', at: (now: Date) => new Date(now.getTime() + HOUR_MS) },
  { name: 'tomorrow', at: (now: Date) => morning(now, 1) },
  { name: 'nextWeek', at: (now: Date) => morning(now, (MONDAY - now.getDay() + 7) % 7 || 7) },
] as const;

/** The end of the night: the next time that it is eight in the morning. */
export const nextMorning = (now: Date): Date => morning(now, now.getHours() < MORNING ? 0 : 1);

const two = (number: number): string => String(number).padStart(2, '0');

/** The value of an input of the type `datetime-local`. */
export const localInput = (time: Date): string =>
  `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}T${two(time.getHours())}:${two(time.getMinutes())}`;

/** The time in such an input; `undefined` unless it is in the future. */
export function timeIn(value: string): Date | undefined {
  const time = new Date(value);
  return time.getTime() > Date.now() ? time : undefined;
}
