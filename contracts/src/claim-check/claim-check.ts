import { z } from 'zod';
import { feedKey, feedSchema } from '../feed/name.ts';
import { MAX_ENTRY_NOTIFICATIONS } from '../limits.ts';
import { DOCUMENT_VERSION } from '../names.ts';
import { dateTimeSchema } from '../text/text.ts';
import { MAX_FURTHER_TRACES } from './traces.ts';

/**
 * The name of a run, which is one lifetime of a producer's lane for a partition (in 0.1.0, for a feed). Sequence
 * numbers have no gaps within a run.
 */
export const runSchema = z.string().regex(/^[A-Za-z0-9]{8}$/, 'must be 8 letters or digits');
export const seqSchema = z.int().min(1);

/** Members shared by partition entries and 0.1.0 entries. */
const common = {
  run: runSchema,
  seq: seqSchema,
  expiresAt: dateTimeSchema,
  traceparent: z.string().optional(),
  /** The sampled trace contexts of the entry's requests, except the context in `traceparent`. */
  furtherTraces: z.array(z.string()).max(MAX_FURTHER_TRACES).optional(),
  notifications: z.array(z.unknown()).min(1).max(MAX_ENTRY_NOTIFICATIONS),
};

/**
 * Maximum number of partitions. Feeds in the same partition share lanes, entries and turns. Any assignment of feeds to
 * partitions is correct.
 */
export const MAX_PARTITIONS = 64;
export const partitionSchema = z
  .int()
  .min(0)
  .max(MAX_PARTITIONS - 1);

/** Version of entries and announcements that belong to a partition. */
export const PARTITION_VERSION = 2;

/**
 * An entry: items for any feeds in the same partition. Never modified after the first write. It includes `expiresAt`
 * because the TTL is set by a separate command, and a crash can prevent that command. While an entry exists, some of
 * its publications might not be committed or broadcast yet. This schema does not check the items. The bff validates
 * each item separately.
 */
export const partitionEntrySchema = z.strictObject({
  ...common,
  v: z.literal(PARTITION_VERSION),
  partition: partitionSchema,
});
export type PartitionEntry = z.infer<typeof partitionEntrySchema>;

/**
 * Announces entry `seq` of `run` to the partition. All members are copied from the entry. This includes `traceparent`
 * because Dapr drops the event's own trace context if the trace isn't sampled.
 */
export const partitionAnnouncementSchema = partitionEntrySchema.omit({ notifications: true });
export type PartitionAnnouncement = z.infer<typeof partitionAnnouncementSchema>;

/** Identifies a partition's entry. */
export type PartitionEntryName = Pick<PartitionAnnouncement, 'run' | 'partition' | 'seq'>;

/** Returns an entry's Redis key. All entries of a partition have the same Redis Cluster hash slot. */
export const partitionEntryKey = ({ run, partition, seq }: PartitionEntryName): string =>
  `entry:{${partition}}:${run}:${seq}`;

/** Maps a feed to one of `partitions` partitions using the FNV-1a hash of the feed name. */
export function partitionOf(feed: string, partitions: number): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < feed.length; i++) hash = Math.imul(hash ^ feed.charCodeAt(i), 0x01000193);
  return (hash >>> 0) % partitions;
}

/** An entry of 0.1.0, with items for a single feed. Otherwise the same as `partitionEntrySchema`. */
export const entrySchema = z.strictObject({
  ...common,
  v: z.literal(DOCUMENT_VERSION),
  feed: feedSchema,
});
export type Entry = z.infer<typeof entrySchema>;

/** Announces entry `seq` of `run` to the feed, as 0.1.0 did. */
export const announcementSchema = entrySchema.omit({ notifications: true });
export type Announcement = z.infer<typeof announcementSchema>;

export const anyAnnouncementSchema = z.union([partitionAnnouncementSchema, announcementSchema]);
export type AnyAnnouncement = z.infer<typeof anyAnnouncementSchema>;

/** Identifies a feed's entry. */
export type EntryName = Pick<Announcement, 'run' | 'feed' | 'seq'>;

/** Returns the Redis key of a feed's entry. */
export const entryKey = ({ run, feed, seq }: EntryName): string => `entry:${run}:${feedKey(feed)}:${seq}`;

/** Returns the name of an item's set-aside record. */
export const setAsideItemName = (name: PartitionEntryName, index: number, feed: string): string =>
  `${partitionEntryKey(name)}:${index}:${feedKey(feed)}`;

/** Whether the set-aside record `name` contains one of the feed's entries or items. */
export const isEntryOf = (feed: string, name: string): boolean =>
  (
    /^entry:\{\d+\}:[A-Za-z0-9]{8}:\d+:\d+:(.+)$/.exec(name) ?? /^entry:[A-Za-z0-9]{8}:(.+):\d+$/.exec(name)
  )?.[1] === feedKey(feed);
