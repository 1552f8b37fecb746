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

/** Prefix of the names of refused events; names of entries have `entry:`. */
export const REFUSED_EVENT_PREFIX = 'event:';

/** The SHA-256 of a text in hexadecimal digits. Callers pass it, because browsers have no synchronous one. */
export type Sha256 = (text: string) => string;
const DIGITS = 32;

/** Characters of an event's id. A longer id is replaced with its hash. */
export const MAX_EVENT_ID = 1_024;

/** The id of an event: `id` if it is a non-empty text, else a hash of the data. */
export const idOfEvent = (id: unknown, data: unknown, sha256: Sha256): string =>
  typeof id === 'string' && id !== ''
    ? shortEventId(id, sha256)
    : sha256(JSON.stringify(data) ?? 'null').slice(0, DIGITS);

const shortEventId = (id: string, sha256: Sha256): string => (id.length > MAX_EVENT_ID ? sha256(id) : id);

/**
 * The id of an item that has none: the event's id, followed by the item's index if the data is an array. If that is not
 * a valid id of a notification, `event-` and its hash.
 */
export function idOfItem(event: string, data: unknown, index: number, sha256: Sha256): string {
  const id = Array.isArray(data) ? `${event}:${index}` : event;
  return idSchema.safeParse(id).success ? id : `event-${sha256(id).slice(0, DIGITS)}`;
}
