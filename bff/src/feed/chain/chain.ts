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
 * Number of size tiers below full documents. Each tier starts at a quarter of the size where the next larger tier
 * starts; the smallest tier has no minimum. A chain is a list of immutable documents, oldest first. New documents keep
 * the chain short by absorbing small documents at the end of the chain: no more than three adjacent documents share a
 * tier, and no document follows a document in a smaller tier. Each item is rewritten at most once per tier, and a chain
 * with F full documents has at most F + 3 * TIERS documents.
 */
export const TIERS = 5;

/** A size's tier: 0 for full documents, which never get absorbed. Higher numbers mean smaller documents. */
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
