import { z } from 'zod';
import { DOCUMENT_VERSION } from '../names.ts';
import { dateTimeSchema } from '../text/text.ts';

/** Seconds for which an instance's history is stored after its last snapshot, even if the instance no longer runs. */
export const PAST_SECONDS = 3_600;
/** Maximum number of minutes in an instance's history, including the current minute. */
export const MAX_PAST_MINUTES = 60;
/** Maximum number of instances with a history. A history has at most 12 KB, so together they have at most 600 KB. */
export const MAX_PAST_INSTANCES = 50;

const metric = z.number().min(0);

/** Metrics for a minute: the average of each rate, and the maximum of every other metric. */
export const pastMinuteSchema = z.object({
  /** Minutes since 1970. */
  minute: z.int().min(0),
  connections: metric,
  accepted: metric,
  delivered: metric,
  suppressed: metric,
  p50Ms: metric.nullable(),
  p99Ms: metric.nullable(),
  /** Age (ms) of the oldest announcement that was not completely processed. */
  oldestMs: metric.nullable(),
  /** Redis memory usage in bytes. */
  redisUsed: metric.nullable(),
});
export type PastMinute = z.infer<typeof pastMinuteSchema>;

/** An instance's history over the past hour. Each instance has a separate document, which expires automatically. */
export const pastInstanceSchema = z.object({
  v: z.literal(DOCUMENT_VERSION),
  instance: z.string(),
  version: z.string(),
  startedAt: dateTimeSchema,
  /** The time of the last snapshot. */
  at: dateTimeSchema,
  /**
   * When the instance was shut down. Missing while the instance runs. If it is missing and the instance is no longer
   * listed, the instance vanished, for example because it crashed.
   */
  stoppedAt: dateTimeSchema.optional(),
  /** The minutes, oldest first. */
  minutes: z.array(pastMinuteSchema).max(MAX_PAST_MINUTES),
});
export type PastInstance = z.infer<typeof pastInstanceSchema>;

/** Names of the instances that ran in the past hour. */
export const pastIndexSchema = z.strictObject({
  v: z.literal(DOCUMENT_VERSION),
  instances: z.array(z.string()),
});
export const PAST_INDEX_KEY = 'past-instances';
export const pastKey = (instance: string): string => `past-instance:${instance}`;

/** The response to `GET /app/ops/history`, sorted by name. */
export const opsHistorySchema = z.object({ at: dateTimeSchema, instances: z.array(pastInstanceSchema) });
export type OpsHistory = z.infer<typeof opsHistorySchema>;
