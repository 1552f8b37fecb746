import { z } from 'zod';
import { feedKey, feedSchema } from './feed-name.ts';
import { MAX_ENTRY_NOTIFICATIONS } from './limits.ts';
import { DOCUMENT_VERSION } from './names.ts';
import { dateTimeSchema } from './text.ts';
import { MAX_FURTHER_TRACES } from './traces.ts';

/** One life of a producer process for a feed: 8 characters. Sequence numbers count within it, without holes. */
export const runSchema = z.string().regex(/^[A-Za-z0-9]{8}$/, 'must be 8 letters or digits');
export const seqSchema = z.int().min(1);

const traces = {
  traceparent: z.string().optional(),
  /** Of further requests that the entry carries; only where their spans are recorded. */
  furtherTraces: z.array(z.string()).max(MAX_FURTHER_TRACES).optional(),
};

/**
 * The deposited payload. Its content never changes once it was written under its key; `expiresAt` is in it,
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
 * The doorbell: says that entry `seq` of `run` waits for the feed. `expiresAt` and `traceparent` are the entry's;
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

/** What tells an entry from all others. */
export type EntryName = Pick<Announcement, 'run' | 'feed' | 'seq'>;

/** Key of an entry in Redis. */
export const entryKey = ({ run, feed, seq }: EntryName): string => `entry:${run}:${feedKey(feed)}:${seq}`;

/** Whether the key is that of an entry of the feed. */
export const isEntryOf = (feed: string, key: string): boolean =>
  /^entry:[A-Za-z0-9]{8}:(.+):\d+$/.exec(key)?.[1] === feedKey(feed);
