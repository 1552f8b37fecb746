import { z } from 'zod';
import { setAsideSchema } from '../stored/set-aside.ts';
import { dateTimeSchema } from '../text/text.ts';

/** Maximum number of set-aside records in one answer, and maximum length of each record's content. */
export const MAX_SET_ASIDE_LISTED = 50;
export const MAX_CONTENT_LISTED = 4_000;

/** A set-aside record in a list. `content` may be cut off; `contentLength` is the full length. */
export const listedSetAsideSchema = setAsideSchema.extend({ contentLength: z.int().min(0) });
export type ListedSetAside = z.infer<typeof listedSetAsideSchema>;

/** The answer of `GET /app/ops/dead-letters`: the newest set-aside records, and the total number. */
export const setAsideListSchema = z.object({
  total: z.int().min(0),
  /** The time of the oldest record; null without any. */
  oldestAt: dateTimeSchema.nullable().optional(),
  deadLetters: z.array(listedSetAsideSchema),
});
export type SetAsideList = z.infer<typeof setAsideListSchema>;

/** Maximum number of set-aside records that one request puts back. */
export const MAX_PUT_BACK = 20;

/**
 * The body of `POST /app/ops/dead-letters/put-back`: puts back the oldest records but the first `skip`, which an earlier
 * request could not put back. Only records set aside by `until` are taken: what is set aside again is not repeated.
 */
export const putBackSchema = z.strictObject({ skip: z.int().min(0).max(100_000), until: dateTimeSchema });
export type PutBack = z.infer<typeof putBackSchema>;

/** The answer: the number of records that were put back, those that could not be, and whether there are more. */
export const putBackResultSchema = z.object({
  putBack: z.int().min(0),
  failed: z.array(z.object({ entry: z.string(), detail: z.string() })),
  more: z.boolean(),
});
export type PutBackResult = z.infer<typeof putBackResultSchema>;
