import { z } from 'zod';
import { feedKey } from '../feed/name.ts';
import { epochSchema, offsetSchema } from '../feed/publication.ts';
import { DOCUMENT_VERSION } from '../names.ts';

/** A count for each publication, delta-encoded as `[offset, change]` steps between consecutive publications. */
const stepsSchema = z.array(z.tuple([offsetSchema, z.int()]));

export const COUNTED = ['pages', 'seen', 'read', 'archived'] as const;
export type Counted = (typeof COUNTED)[number];

/**
 * Number of pages that received a feed's publications, and number of readers who saw, read and archived them. Contains
 * no names. A publication's count is the sum of the steps up to that offset. Counts below `from` are unknown. `writers`
 * has each writer's last batch.
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
  writers: z.array(z.tuple([z.string().max(64), z.int().min(1)])),
});
export type ReceiptCounts = z.infer<typeof receiptCountsSchema>;

export const receiptCountsKey = (feed: string): string => `receipts:${feedKey(feed)}`;
