import { z } from 'zod';
import { arrivalSchema } from '../claim-check/change.ts';
import { DOCUMENT_VERSION } from '../names.ts';

const time = z.int().min(0);

/** A notification to deliver at `at` (ms since 1970). */
export const scheduledSchema = z.strictObject({
  v: z.literal(DOCUMENT_VERSION),
  at: time,
  notification: arrivalSchema,
  traceparent: z.string().optional(),
});
export type Scheduled = z.infer<typeof scheduledSchema>;

/**
 * The due window lists schedules that are due soon. Each schedule has a separate document. `owner` is the process that
 * added it.
 */
export const dueWindowSchema = z.strictObject({
  v: z.literal(DOCUMENT_VERSION),
  due: z.array(z.strictObject({ name: z.string(), at: time, owner: z.string() })),
});
export type DueWindowDocument = z.infer<typeof dueWindowSchema>;

export const DUE_WINDOW_KEY = 'soon';
export const dueKey = (name: string): string => `soon:${name}`;

/**
 * A document in the schedule index. Contains the names and due times of schedules that are stored as Dapr jobs. Used
 * only for the list on the operations page. Until the time `partialUntil`, the index is incomplete because some
 * schedules did not fit.
 */
export const scheduleIndexSchema = z.strictObject({
  v: z.literal(DOCUMENT_VERSION),
  list: z.array(z.tuple([z.string(), time])),
  partialUntil: time.optional(),
});
export type ScheduleIndexDocument = z.infer<typeof scheduleIndexSchema>;

/** Number of documents in the schedule index. */
export const SCHEDULE_INDEX_DOCUMENTS = 64;
export const scheduleIndexKey = (document: number): string => `scheduled:${document}`;
