import { z } from 'zod';
import { DOCUMENT_VERSION } from '../names.ts';
import { setAsideSchema } from '../stored/set-aside.ts';
import { dateTimeSchema } from '../text/text.ts';

/** The role that a token must name to use `/app/ops` and `/app/compose`. */
export const OPS_ROLE = 'ops';

/** Every instance publishes its figures so often, and is no more listed so long after the last. */
export const SNAPSHOT_EVERY_MS = 2_000;
export const SNAPSHOT_LIFE_SECONDS = 10;

const rate = z.number().min(0);
const latency = z.number().min(0).nullable();

/** The figures of one instance: rates are those since its last snapshot, latencies those of its last five. */
export const instanceSnapshotSchema = z.object({
  v: z.literal(DOCUMENT_VERSION),
  /** Unique among the instances that run. */
  instance: z.string(),
  startedAt: dateTimeSchema,
  at: dateTimeSchema,
  connections: z.int().min(0),
  /** Feeds that a browser on this instance is subscribed to. */
  feeds: z.int().min(0),
  /** Notifications a second that this instance appended, that it pushed to browsers, and that it left out as known. */
  accepted: rate,
  delivered: rate,
  suppressed: rate,
  /** From createdAt to the push, in ms; null when nothing was pushed. */
  p50Ms: latency,
  p99Ms: latency,
});
export type InstanceSnapshot = z.infer<typeof instanceSnapshotSchema>;

/** Names the instances; each has its snapshot in a document of its own that expires by itself. */
export const instanceIndexSchema = z.strictObject({
  v: z.literal(DOCUMENT_VERSION),
  instances: z.array(z.string()),
});
export const INSTANCE_INDEX_KEY = 'instances';
export const instanceKey = (instance: string): string => `instance:${instance}`;

/** The answer of `GET /app/ops/instances`. */
export const instancesSchema = z.object({ at: dateTimeSchema, instances: z.array(instanceSnapshotSchema) });
export type Instances = z.infer<typeof instancesSchema>;

/** Dead letters that one answer holds, and characters of each one's content. */
export const MAX_DEAD_LETTERS_LISTED = 50;
export const MAX_CONTENT_LISTED = 4_000;

/** A dead letter in a list: `content` may be cut, `contentLength` is that of the whole. */
export const listedDeadLetterSchema = setAsideSchema.extend({ contentLength: z.int().min(0) });
export type ListedDeadLetter = z.infer<typeof listedDeadLetterSchema>;

/** The answer of `GET /app/ops/dead-letters`: the newest, and how many there are in all. */
export const deadLettersSchema = z.object({
  total: z.int().min(0),
  deadLetters: z.array(listedDeadLetterSchema),
});
export type DeadLetterList = z.infer<typeof deadLettersSchema>;
