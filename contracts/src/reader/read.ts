import { z } from 'zod';
import { feedKey, feedSchema } from '../feed/name.ts';
import { MAX_READ_IDS } from '../limits.ts';
import { DOCUMENT_VERSION } from '../names.ts';
import { epochSchema, offsetSchema } from '../feed/publication.ts';
import { atMost, ifObject } from '../text/checks.ts';
import { idSchema } from '../text/text.ts';
import { clientIdSchema, readerKey } from './reader.ts';

const members = {
  offset: offsetSchema,
  ids: atMost(MAX_READ_IDS, 'ids', z.array(idSchema)),
};

/** The ids in a request: at least one and at most `max`. */
export const idsUpTo = (max: number) =>
  atMost(max, 'ids', z.array(idSchema).min(1, 'must have at least one id'));

/**
 * A feed's read state: all notifications up to `offset` are read, and so are the later ones in `ids`. Within an epoch,
 * a read state only grows.
 */
export const readStateSchema = z.strictObject({
  ...members,
  /** Set in a page if the state is empty because the reader's marks are from an earlier epoch. */
  earlier: z.literal(true).optional(),
});
export type ReadState = z.infer<typeof readStateSchema>;

/**
 * The body of `POST /app/notifications/read`, which marks `ids` and all notifications up to `offset` as read. With
 * `epoch`, `offset` applies only if the feed is in that epoch.
 */
export const markReadSchema = z
  .strictObject({
    feed: feedSchema,
    epoch: epochSchema.optional(),
    offset: members.offset.optional(),
    ids: idsUpTo(MAX_READ_IDS).optional(),
    clientId: clientIdSchema.optional(),
  })
  .refine(({ offset, ids }) => offset !== undefined || ids !== undefined, {
    path: ['offset'],
    message: 'is required unless ids is given',
    when: ifObject,
  });
export type MarkRead = z.infer<typeof markReadSchema>;

/** A feed's stored read state. Ignored if the feed has another epoch. */
export const readDocumentSchema = z.strictObject({
  v: z.literal(DOCUMENT_VERSION),
  epoch: epochSchema,
  ...members,
  at: z.int().min(0),
});
export type ReadDocument = z.infer<typeof readDocumentSchema>;

export const readKey = (reader: string, feed: string): string => `read:${readerKey(reader)}:${feedKey(feed)}`;
