import { z } from 'zod';
import { DOCUMENT_VERSION } from '../names.ts';
import { dateTimeSchema } from '../text/text.ts';

/** The role that a token needs for `/app/ops` and `/app/compose`. */
export const OPS_ROLE = 'ops';

const rate = z.number().min(0);
const latency = z.number().min(0).nullable();

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
  connections: z.int().min(0),
  /** Feeds with at least one subscription at this instance. */
  feeds: z.int().min(0),
  /** Notifications per second: appended by this instance, pushed to browsers, and dropped as duplicates. */
  accepted: rate,
  delivered: rate,
  suppressed: rate,
  /** Milliseconds from `createdAt` to the push; null if nothing was pushed. */
  p50Ms: latency,
  p99Ms: latency,
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
