import { z } from 'zod';
import { faultSchema } from '../http/problem.ts';
import { idSchema } from '../text/text.ts';

/** An event on the topic for notifications that is none: its id and source, its faults, and its data as JSON. */
export const refusedEventSchema = z.strictObject({
  event: z.string(),
  source: z.string().optional(),
  errors: z.array(faultSchema),
  content: z.string(),
});
export type RefusedEvent = z.infer<typeof refusedEventSchema>;

/** What the names of refused events begin with, where those of entries say `entry:`. */
export const REFUSED_EVENT_PREFIX = 'event:';

/** The SHA-256 of a text in hexadecimal digits; browsers have none that answers at once, so it is given. */
export type Sha256 = (text: string) => string;
const DIGITS = 32;

/** Characters of an event's id that are kept; a longer one counts as its hash. */
export const MAX_EVENT_ID = 1_024;

/** The id of an event: `id` where it is one, else one that equal data always has. */
export const idOfEvent = (id: unknown, data: unknown, sha256: Sha256): string =>
  typeof id === 'string' && id !== ''
    ? shortEventId(id, sha256)
    : sha256(JSON.stringify(data) ?? 'null').slice(0, DIGITS);

const shortEventId = (id: string, sha256: Sha256): string => (id.length > MAX_EVENT_ID ? sha256(id) : id);

/**
 * The id under which an item that has none is shown: that of its event, and where the data is an array its place too.
 * Where that can be no notification's id, `event-` and its hash.
 */
export function idOfItem(event: string, data: unknown, index: number, sha256: Sha256): string {
  const id = Array.isArray(data) ? `${event}:${index}` : event;
  return idSchema.safeParse(id).success ? id : `event-${sha256(id).slice(0, DIGITS)}`;
}
