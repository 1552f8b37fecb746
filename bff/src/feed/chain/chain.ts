import type { IdsDocument, Segment, WithdrawnDocument } from '@tocsin/contracts';

/** A document that a head names. It is written before the head or with it, and never changed. */
export interface FeedDocument {
  key: string;
  value: Segment | IdsDocument | WithdrawnDocument;
  /** Its approximate size. */
  bytes: number;
  ttlSeconds: number;
}

/**
 * A chain of immutable documents, the oldest first, that stays short by taking small ones at its end into the next
 * one written. Sizes fall into tiers, each a quarter of the one above; at most three documents of a tier stand side
 * by side, and none follows a smaller one. So each item is rewritten at most once for a tier, and a chain whose full
 * documents number F has at most F + 3 * TIERS.
 */
export const TIERS = 5;

/** 0 for a full document, which is never taken into another; the higher, the smaller. */
const tier = (size: number, full: number): number => {
  let bound = full;
  for (let t = 0; t < TIERS; t++, bound /= 4) if (size >= bound) return t;
  return TIERS;
};

/** How many documents at the end of a chain of `sizes` are to be taken into a new one of `size`. */
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
    let alike = 0;
    while (alike < end && tier(sizes[end - 1 - alike] ?? 0, full) === own) alike++;
    if (own === 0 || alike < 3) return sizes.length - end;
    for (let i = 0; i < alike; i++) take();
  }
}
