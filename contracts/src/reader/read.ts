import { z } from 'zod';
import { feedKey, feedSchema } from '../feed/name.ts';
import { MAX_MUTED_BYTES, MAX_MUTED_FEEDS, MAX_READ_IDS } from '../limits.ts';
import { DOCUMENT_VERSION } from '../names.ts';
import { severitySchema } from '../feed/notification.ts';
import { epochSchema, offsetSchema } from '../feed/publication.ts';
import { idSchema } from '../text/text.ts';

/** What names a browser where nobody is signed in. */
export const clientIdSchema = idSchema;

const members = {
  offset: offsetSchema,
  ids: z.array(idSchema).max(MAX_READ_IDS, `must have at most ${MAX_READ_IDS} ids`),
};

/**
 * What a reader has read of a feed: everything up to `offset`, and these ids after it. It only grows, until the feed
 * begins a new epoch.
 */
export const readStateSchema = z.strictObject(members);
export type ReadState = z.infer<typeof readStateSchema>;

/**
 * The body of `POST /app/notifications/read`: read are everything up to `offset`, and `ids`. With `epoch` the offset
 * counts only if the feed is still in it.
 */
export const markReadSchema = z
  .strictObject({
    feed: feedSchema,
    epoch: epochSchema.optional(),
    offset: members.offset.optional(),
    ids: members.ids.min(1, 'must have at least one id').optional(),
    clientId: clientIdSchema.optional(),
  })
  .refine(({ offset, ids }) => offset !== undefined || ids !== undefined, {
    path: ['offset'],
    message: 'is needed, or ids',
    // Also beside other faults, so that all are listed.
    when: ({ value }) => typeof value === 'object' && value !== null && !Array.isArray(value),
  });
export type MarkRead = z.infer<typeof markReadSchema>;

const mutes = {
  feeds: z.array(feedSchema).max(MAX_MUTED_FEEDS, `must have at most ${MAX_MUTED_FEEDS} feeds`),
  severities: z.array(severitySchema).max(20, 'must have at most 20 severities'),
};

/** What a reader does not want to be told of. */
export const mutesSchema = z.strictObject(mutes);
export type Mutes = z.infer<typeof mutesSchema>;

const bytesOf = (value: unknown): number => new TextEncoder().encode(JSON.stringify(value)).length;

/** The body of `PUT /app/mutes`. */
export const putMutesSchema = z.strictObject({
  ...mutes,
  feeds: mutes.feeds.superRefine((feeds, context) => {
    const bytes = bytesOf(feeds);
    if (bytes > MAX_MUTED_BYTES)
      context.addIssue({
        code: 'custom',
        message: `must have at most ${MAX_MUTED_BYTES} bytes as JSON, and has ${bytes}`,
      });
  }),
  clientId: clientIdSchema.optional(),
});

/** The query of `GET /app/mutes`. */
export const mutesQuerySchema = z.strictObject({ clientId: clientIdSchema.optional() });

/** What a reader has read of a feed, as it is kept; in another epoch than the feed's it counts for nothing. */
export const readDocumentSchema = z.strictObject({
  v: z.literal(DOCUMENT_VERSION),
  epoch: epochSchema,
  ...members,
  at: z.int().min(0),
});
export type ReadDocument = z.infer<typeof readDocumentSchema>;

export const mutesDocumentSchema = z.strictObject({ v: z.literal(DOCUMENT_VERSION), ...mutes });
export type MutesDocument = z.infer<typeof mutesDocumentSchema>;

/**
 * The documents that were made for a signed-in reader, or for an address, the oldest first: their keys, and when each
 * was made (ms since 1970).
 */
export const ledgerSchema = z.strictObject({
  v: z.literal(DOCUMENT_VERSION),
  documents: z.array(z.tuple([z.string(), z.int().min(0)])),
});
export type Ledger = z.infer<typeof ledgerSchema>;

/** A reader's name in keys, without `:`, so that no reader with a feed has the key of another. */
const readerKey = (reader: string): string => feedKey(reader).replaceAll(':', '~3A');

export const readKey = (reader: string, feed: string): string => `read:${readerKey(reader)}:${feedKey(feed)}`;
export const mutesKey = (reader: string): string => `mutes:${readerKey(reader)}`;
/** `owner` is a reader's or an address's name. */
export const ledgerKey = (owner: string): string => `documents:${readerKey(owner)}`;
