import { z } from 'zod';

const DURATION = /^P(?:(\d{1,3})D)?(?:T(?:(\d{1,4})H)?(?:(\d{1,5})M)?(?:(\d{1,7})S)?)?$/;
const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/**
 * Parses an ISO 8601 duration in days, hours, minutes and seconds as milliseconds. Returns `undefined` for any other
 * string. Years, months and weeks aren't supported. A day has 24 hours.
 */
export function parseDuration(text: string): number | undefined {
  const parts = DURATION.exec(text);
  if (!parts || text.endsWith('P') || text.endsWith('T')) return undefined;
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = parts.slice(1).map((part) => Number(part ?? 0));
  return days * DAY_MS + hours * HOUR_MS + minutes * MINUTE_MS + seconds * SECOND_MS;
}

/** An ISO 8601 duration from `min` to `max`, which are ISO 8601 durations too. */
export const durationSchema = (min: string, max: string) => {
  const [minMs, maxMs] = [parseDuration(min) ?? 0, parseDuration(max) ?? Infinity];
  return z
    .string()
    .max(32, 'must have at most 32 characters')
    .refine((text) => {
      const ms = parseDuration(text);
      return ms !== undefined && ms >= minMs && ms <= maxMs;
    }, `must be an ISO 8601 duration from ${min} to ${max}, such as PT5M`)
    .meta({ examples: ['PT5M'] });
};
