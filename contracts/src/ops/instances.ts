import { z } from 'zod';
import { DOCUMENT_VERSION } from '../names.ts';
import { dateTimeSchema } from '../text/text.ts';

/** The role that a token needs for `/app/ops` and `/app/compose`. */
export const OPS_ROLE = 'ops';

const rate = z.number().min(0);
const latency = z.number().min(0).nullable();
const count = z.int().min(0);

/** Announcements that the bffs have not finished, as their broker counts them. */
export const announcementQueueSchema = z.object({
  /** Announcements that no sidecar has read yet. */
  waiting: count,
  /** Announcements that were read and are not acknowledged: their turn is under way, or failed and is repeated. */
  heldBack: count,
  /** Age of the oldest of both, in ms; 0 without any. */
  oldestMs: count,
});
export type AnnouncementQueue = z.infer<typeof announcementQueueSchema>;

/** Bytes that Redis uses and may use. */
export const redisMemorySchema = z.object({ used: count, limit: count });

/**
 * The figures of one instance. Rates cover the time since its last snapshot; latencies cover its last
 * five snapshots.
 */
export const instanceSnapshotSchema = z.object({
  v: z.literal(DOCUMENT_VERSION),
  /** Unique among running instances. */
  instance: z.string(),
  startedAt: dateTimeSchema,
  at: dateTimeSchema,
  connections: count,
  /** Feeds with at least one subscription at this instance. */
  feeds: count,
  /** Notifications per second: appended by this instance, pushed to browsers, and dropped as duplicates. */
  accepted: rate,
  delivered: rate,
  suppressed: rate,
  /** Milliseconds from `createdAt` to the push; null if nothing was pushed. */
  p50Ms: latency,
  p99Ms: latency,
  /** Absent from instances of 0.1.0, like the following. */
  version: z.string().optional(),
  /** Null if the instance cannot tell: its connection to Redis is lost, or it has none. */
  queue: announcementQueueSchema.nullable().optional(),
  redis: redisMemorySchema.nullable().optional(),
});
export type InstanceSnapshot = z.infer<typeof instanceSnapshotSchema>;

/** Names of the instances. Each instance has a snapshot document of its own, which expires by itself. */
export const instanceIndexSchema = z.strictObject({
  v: z.literal(DOCUMENT_VERSION),
  instances: z.array(z.string()),
});
export const INSTANCE_INDEX_KEY = 'instances';
export const instanceKey = (instance: string): string => `instance:${instance}`;

/** The answer of `GET /app/ops/instances`. */
export const instancesSchema = z.object({ at: dateTimeSchema, instances: z.array(instanceSnapshotSchema) });
export type Instances = z.infer<typeof instancesSchema>;
