import { z } from 'zod';
import { feedKey, feedSchema } from '../feed/name.ts';
import { MAX_ENTRY_NOTIFICATIONS } from '../limits.ts';
import { DOCUMENT_VERSION } from '../names.ts';
import { dateTimeSchema } from '../text/text.ts';
import { MAX_FURTHER_TRACES } from './traces.ts';

/** One life of a producer's lane for a partition (in 0.1.0 for a feed): 8 characters. Sequence numbers count within it, without holes. */
export const runSchema = z.string().regex(/^[A-Za-z0-9]{8}$/, 'must be 8 letters or digits');
export const seqSchema = z.int().min(1);

const traces = {
  traceparent: z.string().optional(),
  /** Of further requests that the entry carries; only where their spans are recorded. */
  furtherTraces: z.array(z.string()).max(MAX_FURTHER_TRACES).optional(),
};

/** Feeds share lanes, entries and turns with others of their partition; correctness does not depend on which it is. */
export const MAX_PARTITIONS = 64;
export const partitionSchema = z
  .int()
  .min(0)
  .max(MAX_PARTITIONS - 1);

/** Version of entries and announcements that belong to a partition. */
export const PARTITION_VERSION = 2;

/**
 * The deposited payload: items of any feeds of a partition. Its content never changes once it was written under its
 * key; `expiresAt` is in it, because the time to live is set in a second command that a crash can prevent. As long as it
 * is there, its publications may still have to be committed or broadcast. Each item is checked alone, so here it is opaque.
 */
export const partitionEntrySchema = z.strictObject({
  v: z.literal(PARTITION_VERSION),
  run: runSchema,
  partition: partitionSchema,
  seq: seqSchema,
  expiresAt: dateTimeSchema,
  ...traces,
  notifications: z.array(z.unknown()).min(1).max(MAX_ENTRY_NOTIFICATIONS),
});
export type PartitionEntry = z.infer<typeof partitionEntrySchema>;

/** The doorbell: says that entry `seq` of `run` waits for the partition. `expiresAt` and `traceparent` are the entry's. */
export const partitionAnnouncementSchema = partitionEntrySchema.omit({ notifications: true });
export type PartitionAnnouncement = z.infer<typeof partitionAnnouncementSchema>;

/** What tells an entry of a partition from all others. */
export type PartitionEntryName = Pick<PartitionAnnouncement, 'run' | 'partition' | 'seq'>;

/** Key of a partition's entry in Redis; those of one partition lie in one slot. */
export const partitionEntryKey = ({ run, partition, seq }: PartitionEntryName): string =>
  `entry:{${partition}}:${run}:${seq}`;

/** The partition of a feed among `partitions`: FNV-1a of its name. */
export function partitionOf(feed: string, partitions: number): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < feed.length; i++) hash = Math.imul(hash ^ feed.charCodeAt(i), 0x01000193);
  return (hash >>> 0) % partitions;
}

/**
 * The deposited payload of one feed, as 0.1.0 wrote it. Its content never changes once it was written under its key; `expiresAt` is in it,
 * because the time to live is set in a second command that a crash can prevent. The notifications are checked
 * one entry at a time by the feed, so here they are opaque.
 */
export const entrySchema = z.strictObject({
  v: z.literal(DOCUMENT_VERSION),
  run: runSchema,
  feed: feedSchema,
  seq: seqSchema,
  expiresAt: dateTimeSchema,
  ...traces,
  notifications: z.array(z.unknown()).min(1).max(MAX_ENTRY_NOTIFICATIONS),
});
export type Entry = z.infer<typeof entrySchema>;

/**
 * The doorbell of 0.1.0: says that entry `seq` of `run` waits for the feed. `expiresAt` and `traceparent` are the entry's;
 * Dapr leaves the event's own trace context empty where it samples nothing.
 */
export const announcementSchema = z.strictObject({
  v: z.literal(DOCUMENT_VERSION),
  run: runSchema,
  feed: feedSchema,
  seq: seqSchema,
  expiresAt: dateTimeSchema,
  ...traces,
});
export type Announcement = z.infer<typeof announcementSchema>;

export const anyAnnouncementSchema = z.union([partitionAnnouncementSchema, announcementSchema]);
export type AnyAnnouncement = z.infer<typeof anyAnnouncementSchema>;

/** What tells a feed's entry from all others. */
export type EntryName = Pick<Announcement, 'run' | 'feed' | 'seq'>;

/** Key of a feed's entry in Redis. */
export const entryKey = ({ run, feed, seq }: EntryName): string => `entry:${run}:${feedKey(feed)}:${seq}`;

/** Names one item of a partition's entry that was set aside. */
export const setAsideItemName = (name: PartitionEntryName, index: number, feed: string): string =>
  `${partitionEntryKey(name)}:${index}:${feedKey(feed)}`;

/** Whether the name is that of an entry of the feed, or of an item for it. */
export const isEntryOf = (feed: string, name: string): boolean =>
  (/^entry:\{\d+\}:[A-Za-z0-9]{8}:\d+:\d+:(.+)$/.exec(name) ??
    /^entry:[A-Za-z0-9]{8}:(.+):\d+$/.exec(name))?.[1] === feedKey(feed);
