import { z } from 'zod';
import { setAsideSchema } from '../stored/set-aside.ts';
import { dateTimeSchema } from '../text/text.ts';

/** Maximum number of set-aside records per response, and maximum number of characters of content per record. */
export const MAX_SET_ASIDE_LISTED = 50;
export const MAX_CONTENT_LISTED = 4_000;

/** A set-aside record in a list. `content` can be truncated. `contentLength` is the length of the complete content. */
export const listedSetAsideSchema = setAsideSchema.extend({ contentLength: z.int().min(0) });
export type ListedSetAside = z.infer<typeof listedSetAsideSchema>;

/** The response to `GET /app/ops/dead-letters`: the newest set-aside records and the total number. */
export const setAsideListSchema = z.object({
  total: z.int().min(0),
  /** The time of the oldest record. Null if the list is empty. */
  oldestAt: dateTimeSchema.nullable().optional(),
  deadLetters: z.array(listedSetAsideSchema),
});
export type SetAsideList = z.infer<typeof setAsideListSchema>;

/** Maximum number of set-aside records to put back per request. */
export const MAX_PUT_BACK = 20;

/**
 * The body of `POST /app/ops/dead-letters/put-back`, which puts back the oldest records. The server skips the first
 * `skip` records, which earlier requests failed to put back. It also skips records that were set aside after `until`,
 * so that records that failed again are not retried.
 */
export const putBackSchema = z.strictObject({ skip: z.int().min(0).max(100_000), until: dateTimeSchema });
export type PutBack = z.infer<typeof putBackSchema>;

/** The response: the number of records put back, the records that failed, and whether there are more. */
export const putBackResultSchema = z.object({
  putBack: z.int().min(0),
  failed: z.array(z.object({ entry: z.string(), detail: z.string() })),
  more: z.boolean(),
});
export type PutBackResult = z.infer<typeof putBackResultSchema>;
