import { z } from 'zod';
import { DOCUMENT_VERSION } from '../names.ts';
import { dateTimeSchema } from '../text/text.ts';

/** The role that a token must have to use `/app/ops` and `/app/compose`. */
export const OPS_ROLE = 'ops';

const rate = z.number().min(0);
const latency = z.number().min(0).nullable();
const count = z.int().min(0);

/** The broker's counts of announcements that no bff has finished processing. */
export const announcementQueueSchema = z.object({
  /** Announcements that no sidecar has read yet. */
  waiting: count,
  /**
   * Announcements that a sidecar has read but not acknowledged. They are being processed, or have failed and will be
   * retried.
   */
  heldBack: count,
  /** Age (ms) of the oldest announcement, whether waiting or held back. 0 if there are no announcements. */
  oldestMs: count,
});
export type AnnouncementQueue = z.infer<typeof announcementQueueSchema>;

/** Redis memory usage and limit in bytes. */
export const redisMemorySchema = z.object({ used: count, limit: count });

/** An instance's metrics. Rates cover the time since the last snapshot. Latencies cover the last five snapshots. */
export const instanceSnapshotSchema = z.object({
  v: z.literal(DOCUMENT_VERSION),
  /** Unique among running instances. */
  instance: z.string(),
  startedAt: dateTimeSchema,
  at: dateTimeSchema,
  connections: count,
  /** Number of feeds with subscriptions on this instance. */
  feeds: count,
  /** Notifications appended per second. */
  accepted: rate,
  /** Notifications pushed to browsers per second. */
  delivered: rate,
  /** Notifications dropped as duplicates per second. */
  suppressed: rate,
  /** Milliseconds from `createdAt` to the push. Null if there were no pushes. */
  p50Ms: latency,
  p99Ms: latency,
  /** 0.1.0 omits this member and all that follow. */
  version: z.string().optional(),
  /** Null if unknown because there is no connection to Redis. */
  queue: announcementQueueSchema.nullable().optional(),
  redis: redisMemorySchema.nullable().optional(),
});
export type InstanceSnapshot = z.infer<typeof instanceSnapshotSchema>;

/** The names of the instances. Each instance's snapshot is a separate document, which expires automatically. */
export const instanceIndexSchema = z.strictObject({
  v: z.literal(DOCUMENT_VERSION),
  instances: z.array(z.string()),
});
export const INSTANCE_INDEX_KEY = 'instances';
export const instanceKey = (instance: string): string => `instance:${instance}`;

/** The response to `GET /app/ops/instances`. */
export const instancesSchema = z.object({ at: dateTimeSchema, instances: z.array(instanceSnapshotSchema) });
export type Instances = z.infer<typeof instancesSchema>;
