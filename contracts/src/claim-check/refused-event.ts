import { z } from 'zod';
import { faultSchema } from '../http/problem.ts';
import { idSchema } from '../text/text.ts';

/** An invalid event from the `notifications` topic: its id, its source, its errors, and its data as JSON. */
export const refusedEventSchema = z.strictObject({
  event: z.string(),
  source: z.string().optional(),
  errors: z.array(faultSchema),
  content: z.string(),
});
export type RefusedEvent = z.infer<typeof refusedEventSchema>;

/** The names of refused events' set-aside records start with this prefix. Names of entries start with `entry:`. */
export const REFUSED_EVENT_PREFIX = 'event:';

/**
 * Returns the SHA-256 of a string in hex. The caller passes this function in because browsers have no synchronous
 * SHA-256.
 */
export type Sha256 = (text: string) => string;
const DIGITS = 32;

/** Maximum event id length in characters. Longer ids are replaced with a hash. */
export const MAX_EVENT_ID = 1_024;

/** Returns the event's `id` if it is a non-empty string, otherwise a hash of the data. */
export const idOfEvent = (id: unknown, data: unknown, sha256: Sha256): string =>
  typeof id === 'string' && id !== ''
    ? shortEventId(id, sha256)
    : sha256(JSON.stringify(data) ?? 'null').slice(0, DIGITS);

const shortEventId = (id: string, sha256: Sha256): string => (id.length > MAX_EVENT_ID ? sha256(id) : id);

/**
 * Returns the id for an item that has none: the event's id, followed by the item's index if the data is an array. If
 * that is not a valid notification id, returns a hash of it, prefixed with `event-`.
 */
export function idOfItem(event: string, data: unknown, index: number, sha256: Sha256): string {
  const id = Array.isArray(data) ? `${event}:${index}` : event;
  return idSchema.safeParse(id).success ? id : `event-${sha256(id).slice(0, DIGITS)}`;
}

/**
 * Adds an id to each notification that lacks one in the body of a `POST /notifications` request. If no response
 * arrives, the client can then safely send the same body again.
 */
export function withIds(body: unknown, idAt: (index: number) => string): unknown {
  const items = [body].flat().map((item: unknown, index) => {
    const lacksId = typeof item === 'object' && item !== null && !Object.hasOwn(item, 'id');
    return lacksId && !Array.isArray(item) ? { ...item, id: idAt(index) } : item;
  });
  return Array.isArray(body) ? items : items[0];
}
