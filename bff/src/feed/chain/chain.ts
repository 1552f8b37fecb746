import type { IdsDocument, Segment, WithdrawnDocument } from '@tocsin/contracts';

/** A document that a head references. It is written before the head or with it, and never changed. */
export interface FeedDocument {
  key: string;
  value: Segment | IdsDocument | WithdrawnDocument;
  /** Approximate size of `value`. */
  bytes: number;
  ttlSeconds: number;
}

/**
 * The number of size tiers below full documents. A chain is a list of immutable documents, oldest first. Each tier
 * starts at a quarter of the size of the tier above. The chain stays short because each new document absorbs small
 * documents at the end of the chain: at most three documents of a tier are adjacent, and none follows a smaller one. So
 * each item is rewritten at most once per tier, and a chain with F full documents has at most F + 3 * TIERS documents.
 */
export const TIERS = 5;

/** The tier of a size: 0 for a full document, which is never absorbed. Documents in higher tiers are smaller. */
const tier = (size: number, full: number): number => {
  let bound = full;
  for (let t = 0; t < TIERS; t++, bound /= 4) if (size >= bound) return t;
  return TIERS;
};

/** The number of documents at the end of a chain of `sizes` that a new document of `size` absorbs. */
export function countAbsorbed(sizes: readonly number[], size: number, full: number): number {
  let end = sizes.length;
  let total = size;
  const last = () => sizes[end - 1] ?? 0;
  const take = () => {
    total += last();
    end--;
  };
  for (;;) {
    const own = tier(total, full);
    if (end > 0 && tier(last(), full) > own) {
      take();
      continue;
    }
    let sameTierCount = 0;
    while (sameTierCount < end && tier(sizes[end - 1 - sameTierCount] ?? 0, full) === own) sameTierCount++;
    if (own === 0 || sameTierCount < 3) return sizes.length - end;
    for (let i = 0; i < sameTierCount; i++) take();
  }
}
