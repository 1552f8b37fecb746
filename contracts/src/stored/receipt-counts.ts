import { z } from 'zod';
import { feedKey } from '../feed/name.ts';
import { epochSchema, offsetSchema } from '../feed/publication.ts';
import { DOCUMENT_VERSION } from '../names.ts';

/**
 * A count for each publication, stored as changes. If a publication's count differs from the count of the publication
 * before it, the list contains the pair `[offset, change]`.
 */
const stepsSchema = z.array(z.tuple([offsetSchema, z.int()]));

export const COUNTED = ['pages', 'seen', 'read', 'archived'] as const;
export type Counted = (typeof COUNTED)[number];

/**
 * The number of pages that received each of a feed's publications, and the number of readers who saw, read and archived
 * it. Contains no names of readers. A publication's count is the sum of the changes up to its offset. Counts below
 * `from` are unknown.
 */
export const receiptCountsSchema = z.looseObject({
  v: z.literal(DOCUMENT_VERSION),
  epoch: epochSchema,
  from: offsetSchema,
  steps: z.strictObject({
    pages: stepsSchema,
    seen: stepsSchema,
    read: stepsSchema,
    archived: stepsSchema,
  }),
  /** The processes that last wrote counts, and the number of each process's last batch. Prevents double counting. */
  writers: z.array(z.tuple([z.string().max(64), z.int().min(1)])),
});
export type ReceiptCounts = z.infer<typeof receiptCountsSchema>;

export const receiptCountsKey = (feed: string): string => `receipts:${feedKey(feed)}`;
