import { z } from 'zod';
import { retractRequestSchema } from '../claim-check/change.ts';
import { feedSchema } from '../feed/name.ts';
import { GONE_REASONS } from '../feed/publication.ts';
import { SET_ASIDE_REASONS } from '../stored/set-aside.ts';
import { dateTimeSchema, idSchema } from '../text/text.ts';

/** Query parameters for `GET /app/ops/find`, and the body of `POST /app/ops/retract`. */
export const namedNotificationSchema = retractRequestSchema;
export type NamedNotification = z.infer<typeof namedNotificationSchema>;

/** The places where a notification can be. Each place is searched only up to a limit. */
export const FIND_PLACES = ['feed', 'entries', 'setAside', 'schedules'] as const;
export type FindPlace = (typeof FIND_PLACES)[number];

/** A place where the notification was found. */
export const foundPlaceSchema = z.discriminatedUnion('place', [
  z.object({ place: z.literal('recorded'), offset: z.int().min(1), createdAt: dateTimeSchema }),
  z.object({ place: z.literal('gone'), offset: z.int().min(1), reason: z.enum(GONE_REASONS) }),
  /** The feed remembers the id but no longer has the content. */
  z.object({ place: z.literal('forgotten') }),
  /** The feed remembers that this id was retracted, so it will never show a notification with the id. */
  z.object({ place: z.literal('retracted') }),
  z.object({ place: z.literal('waiting'), entry: z.string() }),
  z.object({ place: z.literal('setAside'), entry: z.string(), reason: z.enum(SET_ASIDE_REASONS) }),
  z.object({ place: z.literal('scheduled'), at: dateTimeSchema }),
]);
export type FoundPlace = z.infer<typeof foundPlaceSchema>;

/** The response to `GET /app/ops/find`. `unsearched` lists places that weren't searched completely. */
export const foundNotificationSchema = z.object({
  id: idSchema,
  feed: feedSchema,
  found: z.array(foundPlaceSchema),
  unsearched: z.array(z.enum(FIND_PLACES)),
});
export type FoundNotification = z.infer<typeof foundNotificationSchema>;

/** The body of `POST /operations` on the producer's internal port, which only the bff calls. */
export const operationSchema = z.discriminatedUnion('do', [
  z.strictObject({ do: z.literal('retract'), id: idSchema, feed: feedSchema }),
  z.strictObject({ do: z.literal('find-schedule'), id: idSchema, feed: feedSchema }),
  z.strictObject({ do: z.literal('list-schedules') }),
]);
export type Operation = z.infer<typeof operationSchema>;

/**
 * The response to `find-schedule`: the time when the notification is due (ms since 1970), or null if it is not
 * scheduled.
 */
export const scheduleFoundSchema = z.object({ at: z.int().min(0).nullable() });
export type ScheduleFound = z.infer<typeof scheduleFoundSchema>;

/** Maximum number of schedules in the list, earliest first. */
export const MAX_LISTED_SCHEDULES = 100;

/**
 * The response to `list-schedules` and `GET /app/ops/schedules`: the schedules at the time `at`. If `isComplete` is
 * false, there are at least `count` schedules.
 */
export const scheduleListSchema = z.object({
  at: dateTimeSchema,
  count: z.int().min(0),
  isComplete: z.boolean(),
  next: z.array(z.object({ id: idSchema, feed: feedSchema, deliverAt: dateTimeSchema })),
});
export type ScheduleList = z.infer<typeof scheduleListSchema>;
