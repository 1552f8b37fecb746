const RFC_3339 = /^(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:\.\d+)?(?:[Zz]|[+-](\d{2}):(\d{2}))$/;

/** Parses an RFC 3339 date-time as milliseconds since 1970. Returns `undefined` for any other string. */
export function parseDateTime(text: string): number | undefined {
  const parts = RFC_3339.exec(text);
  if (!parts) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, offsetHour = 0, offsetMinute = 0] =
    parts.slice(1).map((part) => Number(part ?? 0));
  if (month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) return undefined;
  if (hour > 23 || minute > 59 || second > 59 || offsetHour > 23 || offsetMinute > 59) return undefined;
  const time = Date.parse(text.toUpperCase());
  return Number.isNaN(time) ? undefined : time;
}

// `Date.UTC` reads the years 0 to 99 as 1900 to 1999. The calendar repeats every 400 years, so a later year gives the
// same result.
const daysIn = (year: number, month: number): number =>
  new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate();

/** Whether the notification has expired at `now` (ms since 1970). */
export const isExpired = (notification: { expiresAt?: string | undefined }, now: number): boolean =>
  notification.expiresAt !== undefined && (parseDateTime(notification.expiresAt) ?? Infinity) <= now;
