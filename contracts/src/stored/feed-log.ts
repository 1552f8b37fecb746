import { z } from 'zod';
import { runSchema, seqSchema } from '../claim-check/claim-check.ts';
import { feedKey } from '../feed/name.ts';
import { DOCUMENT_VERSION } from '../names.ts';
import { epochSchema, offsetSchema, publicationSchema } from '../feed/publication.ts';

const time = z.int().min(0);

/**
 * Names an immutable document with the publications `first` to `last`, the newest of `at`. `bytes` is the size that
 * they had when they were published: what is gone still counts, so that it cannot make a history of more documents.
 */
export const segmentReferenceSchema = z.strictObject({
  key: z.string(),
  first: z.int().min(1),
  last: z.int().min(1),
  bytes: z.int().min(0),
  at: time,
});
export type SegmentReference = z.infer<typeof segmentReferenceSchema>;

/** Names an immutable document with `count` hashes of ids that the feed has taken, the newest at `at`. */
export const idsReferenceSchema = z.strictObject({ key: z.string(), count: z.int().min(1), at: time });
export type IdsReference = z.infer<typeof idsReferenceSchema>;

/**
 * Entries `from` to `to` of a run, committed as the publications `first` to `last` (none if `last < first`), but
 * not yet known to be popped and broadcast.
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
 * The one commit point of a feed. It is written only with the etag that it was read with, and `version` counts its
 * writes, so that it equals the etag as long as the store kept it. `producers` names for each run the highest
 * sequence number that is done, and when. What is optional is left out where there is none, so that a version that
 * does not know it can read the head.
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
  /** Documents with hashes of ids that were retracted; they outlive the epoch. */
  retractions: z.array(idsReferenceSchema).optional(),
  /** The document that names those whose content this commit took away; they go before the next commit. */
  withdrawn: z.string().optional(),
  /** This commit erased the feed; what belongs to it elsewhere goes before the next commit. */
  erased: z.literal(true).optional(),
  /** What was published before this time was erased, and is not taken when it comes later. */
  erasedAt: time.optional(),
});
export type Head = z.infer<typeof headSchema>;

export const segmentSchema = z.strictObject({
  v: z.literal(DOCUMENT_VERSION),
  publications: z.array(publicationSchema),
});
export type Segment = z.infer<typeof segmentSchema>;

/** `hashes`: the first 8 bytes of each id's SHA-256, one after the other, in base64. */
export const idsDocumentSchema = z.strictObject({ v: z.literal(DOCUMENT_VERSION), hashes: z.base64() });
export type IdsDocument = z.infer<typeof idsDocumentSchema>;

export const withdrawnDocumentSchema = z.strictObject({
  v: z.literal(DOCUMENT_VERSION),
  keys: z.array(z.string()),
});
export type WithdrawnDocument = z.infer<typeof withdrawnDocumentSchema>;

/**
 * Made once with the store and gone with it. Every feed begins in this epoch, so that a feed which was only read has
 * one without being stored.
 */
export const originSchema = z.strictObject({ v: z.literal(DOCUMENT_VERSION), epoch: epochSchema });
export type Origin = z.infer<typeof originSchema>;
export const ORIGIN_KEY = 'origin';

/**
 * How far a partition's entries are finished: of each run all up to a number are committed and broadcast, and when.
 * It is written before their entries are popped; of two writers the higher number of each run holds.
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
/** Without the feed's name: a head can name many of them and has to stay small. */
export const retractionsKey = (unique: string): string => `retracted:${unique}`;
export const withdrawnKey = (unique: string): string => `withdrawn:${unique}`;
