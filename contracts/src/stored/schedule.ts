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

/** The due window: schedules that are due soon. Each has its own document. `owner` is the process that added it. */
export const dueWindowSchema = z.strictObject({
  v: z.literal(DOCUMENT_VERSION),
  due: z.array(z.strictObject({ name: z.string(), at: time, owner: z.string() })),
});
export type DueWindowDocument = z.infer<typeof dueWindowSchema>;

export const DUE_WINDOW_KEY = 'soon';
export const dueKey = (name: string): string => `soon:${name}`;
