import { parseDateTime } from '@tocsin/contracts';

/** Items that expire within this time (ms) count as expired, since they could expire before the schema checks them. */
const READ_MS = 1_000;

/**
 * Finds the items of an event's data that expired after the event was published, or are about to expire. `valid` is the
 * data without the `expiresAt` of these items, since the schema requires a future time.
 */
export function findExpired(data: unknown, publishedAt: number | undefined, now: number) {
  const expired = new Set<number>();
  const check = (item: unknown, index: number): unknown => {
    if (typeof item !== 'object' || item === null || !('expiresAt' in item)) return item;
    const { expiresAt, ...others } = item;
    const time = typeof expiresAt === 'string' ? parseDateTime(expiresAt) : undefined;
    if (time === undefined || time > now + READ_MS || time <= (publishedAt ?? Infinity)) return item;
    expired.add(index);
    return others;
  };
  const valid = Array.isArray(data) ? data.map(check) : check(data, 0);
  return { expired, valid };
}
