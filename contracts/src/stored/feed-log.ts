import { z } from 'zod';
import { runSchema, seqSchema } from '../claim-check/claim-check.ts';
import { feedKey } from '../feed/name.ts';
import { DOCUMENT_VERSION } from '../names.ts';
import { epochSchema, offsetSchema, publicationSchema } from '../feed/publication.ts';

const time = z.int().min(0);

/**
 * Refers to an immutable document with the publications `first` to `last`, the newest of which was published at `at`.
 * `bytes` is the original size of the publications. It counts toward the history's limit even after publications are
 * gone, so removing content doesn't make the history reach further back.
 */
export const segmentReferenceSchema = z.strictObject({
  key: z.string(),
  first: z.int().min(1),
  last: z.int().min(1),
  bytes: z.int().min(0),
  at: time,
});
export type SegmentReference = z.infer<typeof segmentReferenceSchema>;

/** Refers to an immutable document with `count` hashes of ids, the newest of which was added at `at`. */
export const idsReferenceSchema = z.strictObject({ key: z.string(), count: z.int().min(1), at: time });
export type IdsReference = z.infer<typeof idsReferenceSchema>;

/**
 * A run's entries `from` to `to`, committed as publications `first` to `last` (none if `last < first`). The
 * publications might not have been broadcast yet, and the entries might not have been popped.
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
 * A feed's commit point. Written only if the etag hasn't changed since it was read. `version` counts writes and equals
 * the etag unless the store lost data. `producers` maps each run to the highest finished sequence number and the time
 * it finished. Optional members are omitted if empty so that older versions can read the head.
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
  /** Documents that contain hashes of retracted ids. They outlive the epoch. */
  retractions: z.array(idsReferenceSchema).optional(),
  /**
   * Key of the list of documents that this commit removed. The documents are deleted before the next commit, and the
   * list is deleted last.
   */
  withdrawn: z.string().optional(),
  /**
   * Set if this commit erased the feed. While the `withdrawn` list exists, the erasure is unfinished: the feed's
   * content elsewhere must be deleted before the next commit. Earlier versions omit the list if the feed had no
   * documents.
   */
  erased: z.literal(true).optional(),
  /** Notifications published before this time are erased and are ignored if they arrive later. */
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
 * The epoch that every feed starts in. It gives feeds an epoch before the head is first written. Created once per
 * store, and again if the store has lost it.
 */
export const originSchema = z.strictObject({ v: z.literal(DOCUMENT_VERSION), epoch: epochSchema });
export type Origin = z.infer<typeof originSchema>;
export const ORIGIN_KEY = 'origin';

/**
 * A partition's progress: for each run, a sequence number with a timestamp. All of the run's entries up to that number
 * have been committed and broadcast. Written before the entries are popped. If two instances write it, the higher
 * number for each run wins.
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
/** Omits the feed's name because a head can refer to many of these documents and must stay small. */
export const retractionsKey = (unique: string): string => `retracted:${unique}`;
export const withdrawnKey = (unique: string): string => `withdrawn:${unique}`;
