import { z } from 'zod';
import { setAsideSchema } from '../stored/set-aside.ts';

/** Maximum number of set-aside records in one answer, and maximum length of each record's content. */
export const MAX_SET_ASIDE_LISTED = 50;
export const MAX_CONTENT_LISTED = 4_000;

/** A set-aside record in a list. `content` may be cut off; `contentLength` is the full length. */
export const listedSetAsideSchema = setAsideSchema.extend({ contentLength: z.int().min(0) });
export type ListedSetAside = z.infer<typeof listedSetAsideSchema>;

/** The answer of `GET /app/ops/dead-letters`: the newest set-aside records, and the total number. */
export const setAsideListSchema = z.object({
  total: z.int().min(0),
  deadLetters: z.array(listedSetAsideSchema),
});
export type SetAsideList = z.infer<typeof setAsideListSchema>;
