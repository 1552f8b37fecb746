import { z } from 'zod';
import { DOCUMENT_VERSION } from '../names.ts';
import { dateTimeSchema } from '../text/text.ts';

/** The role that a token must have to use `/app/ops` and `/app/compose`. */
export const OPS_ROLE = 'ops';

const rate = z.number().min(0);
const latency = z.number().min(0).nullable();
const count = z.int().min(0);

/** Announcements that the bffs haven't finished, as counted by the broker. */
export const announcementQueueSchema = z.object({
  /** Announcements that no sidecar has read yet. */
  waiting: count,
  /** Announcements that were read but not acknowledged: they are being processed, or failed and will be retried. */
  heldBack: count,
  /** Age of the oldest announcement, whether waiting or held back, in ms; 0 if there is none. */
  oldestMs: count,
});
export type AnnouncementQueue = z.infer<typeof announcementQueueSchema>;

/** Bytes that Redis uses, and its limit. */
export const redisMemorySchema = z.object({ used: count, limit: count });

/** Metrics of one instance. Rates cover the time since its last snapshot; latencies cover its last five snapshots. */
export const instanceSnapshotSchema = z.object({
  v: z.literal(DOCUMENT_VERSION),
  /** Unique among running instances. */
  instance: z.string(),
  startedAt: dateTimeSchema,
  at: dateTimeSchema,
  connections: count,
  /** Feeds with at least one subscription on this instance. */
  feeds: count,
  /** Notifications per second that this instance appended. */
  accepted: rate,
  /** Notifications per second that it pushed to browsers. */
  delivered: rate,
  /** Notifications per second that it dropped as duplicates. */
  suppressed: rate,
  /** Milliseconds from `createdAt` to the push; null if nothing was pushed. */
  p50Ms: latency,
  p99Ms: latency,
  /** Instances of 0.1.0 omit this member and the following ones. */
  version: z.string().optional(),
  /** Null if unknown: the connection to Redis is lost, or the instance has none. */
  queue: announcementQueueSchema.nullable().optional(),
  redis: redisMemorySchema.nullable().optional(),
});
export type InstanceSnapshot = z.infer<typeof instanceSnapshotSchema>;

/** Names of the instances. Each instance has its own snapshot document, which expires automatically. */
export const instanceIndexSchema = z.strictObject({
  v: z.literal(DOCUMENT_VERSION),
  instances: z.array(z.string()),
});
export const INSTANCE_INDEX_KEY = 'instances';
export const instanceKey = (instance: string): string => `instance:${instance}`;

/** The response of `GET /app/ops/instances`. */
export const instancesSchema = z.object({ at: dateTimeSchema, instances: z.array(instanceSnapshotSchema) });
export type Instances = z.infer<typeof instancesSchema>;
