import type { IdsDocument, Segment, WithdrawnDocument } from '@tocsin/contracts';

/** An immutable document that a head references. Written before the head or along with it. */
export interface FeedDocument {
  key: string;
  value: Segment | IdsDocument | WithdrawnDocument;
  /** Approximate size of `value`. */
  bytes: number;
  ttlSeconds: number;
}

/**
 * Number of size tiers below full documents. A chain is a list of immutable documents, oldest first. To keep the chain
 * short, a new document absorbs small documents at the end of the chain: no more than three adjacent documents share a
 * tier, and no document follows a document in a smaller tier. Each tier's minimum size is a quarter of the next larger
 * tier's minimum; the smallest tier has none. Each item is rewritten at most once per tier, and a chain with F full
 * documents has at most F + 3 * TIERS documents.
 */
export const TIERS = 5;

/**
 * Returns the tier of a size. Tier 0 is for full documents, which are never absorbed. Higher tiers have smaller
 * documents.
 */
const tier = (size: number, full: number): number => {
  let bound = full;
  for (let t = 0; t < TIERS; t++, bound /= 4) if (size >= bound) return t;
  return TIERS;
};

/** Returns how many documents a new document of `size` absorbs from the end of a chain with these `sizes`. */
export function countAbsorbed(sizes: readonly number[], size: number, full: number): number {
  let end = sizes.length;
  let total = size;
  const last = () => sizes[end - 1] ?? 0;
  const take = () => {
    total += last();
    end--;
  };
  for (;;) {
    const totalTier = tier(total, full);
    if (end > 0 && tier(last(), full) > totalTier) {
      take();
      continue;
    }
    let sameTierCount = 0;
    while (sameTierCount < end && tier(sizes[end - 1 - sameTierCount] ?? 0, full) === totalTier)
      sameTierCount++;
    if (totalTier === 0 || sameTierCount < 3) return sizes.length - end;
    for (let i = 0; i < sameTierCount; i++) take();
  }
}
