import { z } from 'zod';
import { feedSchema } from '../feed/name.ts';
import { clientIdSchema } from './reader.ts';

/** Unread publications are counted up to here in each feed. */
export const MAX_UNREAD = 1_000;

/** The query of `GET /app/unread`: without `feed` all feeds that the reader's token names, and `all`. */
export const unreadQuerySchema = z.strictObject({
  feed: feedSchema.optional(),
  clientId: clientIdSchema.optional(),
});

const count = { unread: z.int().min(0).max(MAX_UNREAD), more: z.boolean() };

/** Publications that are shown and not read, by feed; `more`: there are more than `unread`. */
export const unreadSchema = z.strictObject({
  total: z.int().min(0),
  more: z.boolean(),
  feeds: z.array(z.strictObject({ feed: feedSchema, ...count })),
});
export type Unread = z.infer<typeof unreadSchema>;
export type FeedUnread = Unread['feeds'][number];
