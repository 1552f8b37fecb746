import fc from 'fast-check';
import { expect, it } from 'vitest';
import { countAbsorbed, TIERS } from './chain.ts';

const FULL = 1_000;

/** Adds items in separate commits. Returns the resulting documents and the number of times each item was written. */
function build(commits: readonly number[]) {
  const chain: { size: number; items: number[] }[] = [];
  const writes: number[] = [];
  let maxSmallDocuments = 0;
  for (const [item, size] of commits.entries()) {
    const sizes = chain.map((document) => document.size);
    const absorbed = chain.splice(chain.length - countAbsorbed(sizes, size, FULL));
    const items = [...absorbed.flatMap((document) => document.items), item];
    for (const written of items) writes[written] = (writes[written] ?? 0) + 1;
    chain.push({ size: absorbed.reduce((sum, document) => sum + document.size, size), items });
    const smallDocuments = chain.filter((document) => document.size < FULL).length;
    maxSmallDocuments = Math.max(maxSmallDocuments, smallDocuments);
  }
  return { chain, writes, maxSmallDocuments };
}

const commits = fc.array(fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 3 * FULL })), {
  maxLength: 400,
});

it('should keep all items in order', () => {
  fc.assert(
    fc.property(commits, (sizes) => {
      const { chain } = build(sizes);
      expect(chain.flatMap(({ items }) => items)).toEqual(sizes.map((_, i) => i));
    }),
  );
});

it('should have at most three documents per tier, not counting full documents', () => {
  fc.assert(
    fc.property(commits, (sizes) => {
      expect(build(sizes).maxSmallDocuments).toBeLessThanOrEqual(3 * TIERS);
    }),
  );
});

it('should write each item at most once per tier', () => {
  fc.assert(
    fc.property(commits, (sizes) => {
      for (const times of build(sizes).writes) expect(times).toBeLessThanOrEqual(TIERS + 1);
    }),
  );
});

it('should never absorb a full document', () => {
  expect(countAbsorbed([FULL, FULL, FULL, FULL], FULL, FULL)).toBe(0);
  expect(countAbsorbed([FULL, FULL, FULL], 1, FULL)).toBe(0);
});
