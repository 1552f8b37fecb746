import { z } from 'zod';
import { feedSchema } from '../feed/name.ts';
import { categorySchema } from '../feed/icon.ts';
import { severitySchema, type Notification } from '../feed/notification.ts';
import { DEFAULT_PAGE_LIMIT, MAX_FEEDS_PER_CONNECTION, MAX_PAGE_LIMIT, MAX_QUERY_LENGTH } from '../limits.ts';
import { clientIdSchema } from '../reader/reader.ts';
import { atMost } from '../text/checks.ts';
import { codePoints, plainText } from '../text/text.ts';
import type { Placed } from './places.ts';

/** Which of the reader's notifications to search. */
export const SEARCH_STATES = ['any', 'inbox', 'unread', 'archive', 'snoozed', 'returned'] as const;
export type SearchState = (typeof SEARCH_STATES)[number];

/** Parameters that make `GET /app/notifications` a search. */
export const SEARCH_PARAMETERS = [
  ...['q', 'state', 'severity', 'source', 'category', 'cursor'],
] as readonly string[];

const MAX_CURSOR = 8 * 1024;
/** Maximum number of values in each of the parameters `severity`, `source` and `category`. */
export const MAX_SEARCH_VALUES = 20;

/** Parses comma-separated values. */
const commaSeparated = <Item extends z.ZodType<string, string>>(item: Item) =>
  z
    .string()
    .transform((text) => text.split(','))
    .pipe(atMost(MAX_SEARCH_VALUES, 'values', z.array(item).min(1)));

/**
 * Query parameters for a search with `GET /app/notifications`. `feed` can be repeated. Its default is `all` and, for
 * requests with a token, also the reader's own feed and the topics that the token lists by name.
 */
export const searchQuerySchema = z.strictObject({
  q: z
    .string()
    .refine(
      (text) => codePoints(text) <= MAX_QUERY_LENGTH,
      `must have at most ${MAX_QUERY_LENGTH} characters`,
    )
    .default(''),
  state: z.enum(SEARCH_STATES, `must be one of ${SEARCH_STATES.join(', ')}`).default('any'),
  feed: atMost(MAX_FEEDS_PER_CONNECTION, 'feeds', z.array(feedSchema).min(1)).optional(),
  severity: commaSeparated(severitySchema).optional(),
  source: commaSeparated(plainText({ max: 80 })).optional(),
  category: commaSeparated(categorySchema).optional(),
  limit: z
    .string()
    .regex(/^[1-9]\d{0,2}$/, `must be a whole number from 1 to ${MAX_PAGE_LIMIT}`)
    .transform(Number)
    .refine((n) => n <= MAX_PAGE_LIMIT, `must be from 1 to ${MAX_PAGE_LIMIT}`)
    .default(DEFAULT_PAGE_LIMIT),
  cursor: z
    .string()
    .max(MAX_CURSOR, `must have at most ${MAX_CURSOR} characters`)
    .regex(/^[\w-]+$/, 'must be a cursor from a search response')
    .optional(),
  clientId: clientIdSchema.optional(),
});
export type SearchQuery = z.infer<typeof searchQuerySchema>;

/** A match with its place in the reader's inbox. */
export type Found = { feed: string; epoch: string; offset: number; notification: Notification } & Placed;

/**
 * The matches, newest first. `more` means that the search stopped at a limit, possibly before it found anything. To
 * continue, pass `cursor` in the next request.
 */
export interface SearchAnswer {
  items: Found[];
  more: boolean;
  cursor?: string;
}

/**
 * The content of a cursor. Callers don't interpret it. For each feed, `before` has the offset below which to continue.
 * `snoozed` says where to continue among the snoozed notifications: after a time (ms since 1970) and short name, or
 * after the number of notifications already returned.
 */
export const searchCursorSchema = z.strictObject({
  before: z.record(z.string().max(16), z.int().min(0)),
  snoozed: z.union([z.int().min(0), z.tuple([z.int(), z.string().max(16)])]),
});
export type SearchCursor = z.infer<typeof searchCursorSchema>;
