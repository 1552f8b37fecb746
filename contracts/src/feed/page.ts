import { z } from 'zod';
import { feedSchema } from './name.ts';
import { DEFAULT_PAGE_LIMIT, MAX_PAGE_LIMIT } from '../limits.ts';
import { DEFAULT_FEED } from '../names.ts';
import { epochSchema, offsetSchema, publicationSchema } from './publication.ts';
import { inboxStateSchema } from '../inbox/state.ts';
import { readStateSchema } from '../reader/read.ts';
import { ifObject } from '../text/checks.ts';
import { clientIdSchema } from '../reader/reader.ts';

const wholeNumber = (message: string) =>
  z
    .string()
    .regex(/^(0|[1-9]\d{0,15})$/, message)
    .transform(Number)
    .refine(Number.isSafeInteger, 'must be at most 9007199254740991');

/**
 * Query parameters for `GET /app/notifications`, which returns the newest page, the page after the offset `after`, or
 * the page before the offset `before`.
 */
export const pageQuerySchema = z
  .strictObject({
    feed: feedSchema.default(DEFAULT_FEED),
    limit: wholeNumber(`must be a whole number from 1 to ${MAX_PAGE_LIMIT}`)
      .refine((n) => n >= 1 && n <= MAX_PAGE_LIMIT, `must be from 1 to ${MAX_PAGE_LIMIT}`)
      .default(DEFAULT_PAGE_LIMIT),
    clientId: clientIdSchema.optional(),
    epoch: epochSchema.optional(),
    after: wholeNumber('must be a whole number, at least 0').optional(),
    before: wholeNumber('must be a whole number, at least 1')
      .refine((n) => n >= 1, 'must be at least 1')
      .optional(),
  })
  .superRefine(
    ({ epoch, after, before }, context) => {
      const fault = (path: string, message: string) =>
        context.addIssue({ code: 'custom', path: [path], message });
      if (after !== undefined && before !== undefined) fault('before', 'cannot be combined with after');
      if (epoch === undefined && after !== undefined) fault('epoch', 'is required with after');
      if (epoch === undefined && before !== undefined) fault('epoch', 'is required with before');
      if (epoch !== undefined && after === undefined && before === undefined) {
        fault('epoch', 'requires after or before');
      }
    },
    { when: ifObject },
  );
export type PageQuery = z.infer<typeof pageQuerySchema>;

/** Consecutive publications from a feed in ascending order. */
export const pageSchema = z.strictObject({
  feed: feedSchema,
  epoch: epochSchema,
  /**
   * The offset to continue from. If `more` is set, it is the offset of the last publication on this page. Otherwise,
   * and always if the request had `before`, it is the offset of the head.
   */
  offset: offsetSchema,
  /**
   * False if the page couldn't continue from the requested position. The page then contains the newest publications.
   */
  recovered: z.boolean(),
  /** Whether later publications exist or, if the request had `before`, earlier publications. */
  more: z.boolean(),
  /** Set if `recovered` is false because the feed was erased. Clients then remove all of the feed's notifications. */
  erased: z.literal(true).optional(),
  publications: z.array(publicationSchema),
  /** The reader's read state in the feed. */
  read: readStateSchema.optional(),
  /** The reader's other marks in the feed, if any. */
  inbox: inboxStateSchema.optional(),
});
export type Page = z.infer<typeof pageSchema>;
