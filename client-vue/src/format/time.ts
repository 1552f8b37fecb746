const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export interface Formats {
  readonly locale: string;
  /** An age such as "now", "3 min ago" or "2 hr ago". From 24 hours on, the age is in days. */
  relative(time: number, now: number): string;
  /** Hours and minutes. */
  clock(time: number): string;
  /** Short weekday, date and time. */
  moment(time: number): string;
  /** Full date and time. */
  full(time: number): string;
  /** A heading: "Today", "Yesterday", or weekday and date. */
  day(time: number, now: number): string;
}

const startOfDay = (time: number): number => new Date(time).setHours(0, 0, 0, 0);

/** Returns a key that is the same for all times on a local day. */
export const dayKey = (time: number): string => {
  const date = new Date(time);
  return `${date.getFullYear()}-${date.getMonth() + 1}-${date.getDate()}`;
};

export function createFormats(locale: string): Formats {
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto', style: 'short' });
  const days = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
  const clock = new Intl.DateTimeFormat(locale, { timeStyle: 'short' });
  const full = new Intl.DateTimeFormat(locale, { dateStyle: 'full', timeStyle: 'medium' });
  const moment = new Intl.DateTimeFormat(locale, {
    ...{ weekday: 'short', day: 'numeric', month: 'short', hour: 'numeric', minute: '2-digit' },
  });
  const thisYear = new Intl.DateTimeFormat(locale, { weekday: 'long', month: 'long', day: 'numeric' });
  const otherYear = new Intl.DateTimeFormat(locale, { dateStyle: 'long' });
  const capitalize = (text: string) => text.charAt(0).toLocaleUpperCase(locale) + text.slice(1);
  return {
    locale,
    relative(time, now) {
      const age = Math.max(0, now - time);
      if (age < MINUTE) return relative.format(0, 'second');
      if (age < HOUR) return relative.format(-Math.floor(age / MINUTE), 'minute');
      if (age < DAY) return relative.format(-Math.floor(age / HOUR), 'hour');
      return relative.format(-Math.floor(age / DAY), 'day');
    },
    clock: (time) => clock.format(time),
    moment: (time) => moment.format(time),
    full: (time) => full.format(time),
    day(time, now) {
      const ago = Math.round((startOfDay(now) - startOfDay(time)) / DAY);
      if (ago === 0 || ago === 1) return capitalize(days.format(-ago, 'day'));
      const sameYear = new Date(time).getFullYear() === new Date(now).getFullYear();
      return capitalize((sameYear ? thisYear : otherYear).format(time));
    },
  };
}
