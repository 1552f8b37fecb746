import { z } from 'zod';
import { feedSchema } from '../feed/name.ts';
import { clientIdSchema } from './reader.ts';

/** Maximum number of unread publications counted per feed. */
export const MAX_UNREAD = 1_000;

/**
 * Query parameters for `GET /app/unread`. Without `feed`, the response covers `all` and, for requests with a token,
 * also the reader's own feed and the topics that the token lists by name.
 */
export const unreadQuerySchema = z.strictObject({
  feed: feedSchema.optional(),
  clientId: clientIdSchema.optional(),
});

const count = {
  unread: z.int().min(0).max(MAX_UNREAD),
  unseen: z.int().min(0).max(MAX_UNREAD).optional(),
  more: z.boolean(),
};

/**
 * Unread publications by feed. If `more` is set, the actual number is higher. `unseen` counts the unread publications
 * that the reader has not seen yet. Version 0.1.0 omits it.
 */
export const unreadSchema = z.strictObject({
  total: z.int().min(0),
  unseen: z.int().min(0).optional(),
  more: z.boolean(),
  feeds: z.array(z.strictObject({ feed: feedSchema, ...count })),
});
export type Unread = z.infer<typeof unreadSchema>;
export type FeedUnread = Unread['feeds'][number];
