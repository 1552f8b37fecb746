import { z } from 'zod';
import { faultSchema } from './problem.ts';

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

/** The id of an item that has none: that of its event, and where the data is an array its place too. */
export function idOfItem<Id extends string | undefined>(
  event: Id,
  data: unknown,
  index: number,
): Id | string {
  return event !== undefined && Array.isArray(data) ? `${event}:${index}` : event;
}
