import { z } from 'zod';
import { runSchema, seqSchema } from './claim-check.ts';
import { feedKey } from './feed-name.ts';
import { DOCUMENT_VERSION } from './names.ts';
import { epochSchema, offsetSchema, publicationSchema } from './publication.ts';

const time = z.int().min(0);

/** Names an immutable document with the publications `first` to `last`; `bytes` is their size, `at` its newest. */
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
 * sequence number that is done, and when.
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

export const headKey = (feed: string): string => `head:${feedKey(feed)}`;
export const segmentKey = (feed: string, unique: string): string => `segment:${feedKey(feed)}:${unique}`;
export const idsKey = (feed: string, unique: string): string => `ids:${feedKey(feed)}:${unique}`;
