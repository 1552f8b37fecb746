import { z } from 'zod';
import { faultSchema } from '../http/problem.ts';
import { idSchema } from '../text/text.ts';

/** An invalid event from the topic for notifications: its id and source, its faults, and its data as JSON. */
export const refusedEventSchema = z.strictObject({
  event: z.string(),
  source: z.string().optional(),
  errors: z.array(faultSchema),
  content: z.string(),
});
export type RefusedEvent = z.infer<typeof refusedEventSchema>;

/** Prefix of the names of refused events. The names of entries start with `entry:`. */
export const REFUSED_EVENT_PREFIX = 'event:';

/**
 * Returns the SHA-256 of a text in hexadecimal digits. Callers pass it in, because browsers have no
 * synchronous SHA-256.
 */
export type Sha256 = (text: string) => string;
const DIGITS = 32;

/** Longest event id, in characters. A longer id is replaced with its hash. */
export const MAX_EVENT_ID = 1_024;

/** The id of an event: `id` if it is a non-empty text, otherwise a hash of the data. */
export const idOfEvent = (id: unknown, data: unknown, sha256: Sha256): string =>
  typeof id === 'string' && id !== ''
    ? shortEventId(id, sha256)
    : sha256(JSON.stringify(data) ?? 'null').slice(0, DIGITS);

const shortEventId = (id: string, sha256: Sha256): string => (id.length > MAX_EVENT_ID ? sha256(id) : id);

/**
 * The id of an item without an id of its own: the event's id, followed by the item's index if the
 * data is an array. If that is not a valid notification id, the result is `event-` and the hash of
 * it.
 */
export function idOfItem(event: string, data: unknown, index: number, sha256: Sha256): string {
  const id = Array.isArray(data) ? `${event}:${index}` : event;
  return idSchema.safeParse(id).success ? id : `event-${sha256(id).slice(0, DIGITS)}`;
}
