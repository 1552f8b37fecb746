import { z } from 'zod';
import { runSchema, seqSchema } from '../claim-check/claim-check.ts';
import { feedKey } from '../feed/name.ts';
import { DOCUMENT_VERSION } from '../names.ts';
import { epochSchema, offsetSchema, publicationSchema } from '../feed/publication.ts';

const time = z.int().min(0);

/**
 * Refers to an immutable document with the publications from offset `first` to `last`. `at` is when the newest of them
 * was published. `bytes` is the original size of the publications. It counts toward the history's limit even after
 * publications are gone, so that removing content does not make the history longer.
 */
export const segmentReferenceSchema = z.strictObject({
  key: z.string(),
  first: z.int().min(1),
  last: z.int().min(1),
  bytes: z.int().min(0),
  at: time,
});
export type SegmentReference = z.infer<typeof segmentReferenceSchema>;

/** Refers to an immutable document with hashes of `count` ids. `at` is when the newest of them was added. */
export const idsReferenceSchema = z.strictObject({ key: z.string(), count: z.int().min(1), at: time });
export type IdsReference = z.infer<typeof idsReferenceSchema>;

/**
 * The entries `from` to `to` of a run, which were committed as the publications `first` to `last`. There are no
 * publications if `last < first`. The publications might not have been broadcast yet, and the entries might not have
 * been claimed.
 */
export const unconfirmedSchema = z.strictObject({
  run: runSchema,
  from: seqSchema,
  to: seqSchema,
  first: z.int().min(1),
  last: z.int().min(0),
});
export type Unconfirmed = z.infer<typeof unconfirmedSchema>;

/**
 * The head of a feed. Written only if its etag hasn't changed since it was read. `version` counts writes and equals the
 * etag, unless the store has lost data. `producers` maps each run to its highest finished sequence number and the time
 * when that entry was finished. Optional members are omitted if empty, so that older versions can read the head.
 */
export const headSchema = z.strictObject({
  v: z.literal(DOCUMENT_VERSION),
  epoch: epochSchema,
  version: z.int().min(1),
  offset: offsetSchema,
  segments: z.array(segmentReferenceSchema),
  ids: z.array(idsReferenceSchema),
  producers: z.record(z.string(), z.tuple([seqSchema, time])),
  unconfirmed: z.array(unconfirmedSchema),
  /** Documents that contain hashes of retracted ids. They are kept when a new epoch begins. */
  retractions: z.array(idsReferenceSchema).optional(),
  /**
   * The key of a list of the documents that this commit made obsolete. Before the next commit, these documents are
   * deleted, and then the list itself.
   */
  withdrawn: z.string().optional(),
  /**
   * Set if this commit erased the feed. While the `withdrawn` list exists, the erasure is unfinished: before the next
   * commit, the feed's content must also be deleted in all other places. Earlier versions omit the list if the feed had
   * no documents.
   */
  erased: z.literal(true).optional(),
  /** Notifications published before this time are erased. If such a notification arrives later, it is ignored. */
  erasedAt: time.optional(),
});
export type Head = z.infer<typeof headSchema>;

export const segmentSchema = z.strictObject({
  v: z.literal(DOCUMENT_VERSION),
  publications: z.array(publicationSchema),
});
export type Segment = z.infer<typeof segmentSchema>;

/** `hashes` is the base64 of the first 8 bytes of each id's SHA-256, concatenated. */
export const idsDocumentSchema = z.strictObject({ v: z.literal(DOCUMENT_VERSION), hashes: z.base64() });
export type IdsDocument = z.infer<typeof idsDocumentSchema>;

export const withdrawnDocumentSchema = z.strictObject({
  v: z.literal(DOCUMENT_VERSION),
  keys: z.array(z.string()),
});
export type WithdrawnDocument = z.infer<typeof withdrawnDocumentSchema>;

/**
 * The first epoch of every feed. It gives a feed an epoch before its head is first written. Written once per store, and
 * again if the store loses it.
 */
export const originSchema = z.strictObject({ v: z.literal(DOCUMENT_VERSION), epoch: epochSchema });
export type Origin = z.infer<typeof originSchema>;
export const ORIGIN_KEY = 'origin';

/**
 * The progress of a partition: a sequence number and a time for each run. All entries of the run up to that number have
 * been committed and broadcast. The checkpoint is written before the entries are claimed. If two instances write it,
 * the higher number wins for each run.
 */
export const checkpointSchema = z.strictObject({
  v: z.literal(DOCUMENT_VERSION),
  version: z.int().min(1),
  runs: z.record(z.string(), z.tuple([seqSchema, time])),
});
export type Checkpoint = z.infer<typeof checkpointSchema>;
export const checkpointKey = (partition: number): string => `checkpoint:{${partition}}`;

export const headKey = (feed: string): string => `head:${feedKey(feed)}`;
export const segmentKey = (feed: string, unique: string): string => `segment:${feedKey(feed)}:${unique}`;
export const idsKey = (feed: string, unique: string): string => `ids:${feedKey(feed)}:${unique}`;
/** The key doesn't contain the feed's name, because a head can refer to many of these documents and must stay small. */
export const retractionsKey = (unique: string): string => `retracted:${unique}`;
export const withdrawnKey = (unique: string): string => `withdrawn:${unique}`;
