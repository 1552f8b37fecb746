import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeIds, encodeIds, hashOfId, KnownIds } from './ids.ts';

const hash = fc.nat(30).map((n) => hashOfId(`id${n}`));
const references = (keys: readonly string[]) => keys.map((key) => ({ key, count: 1, at: 0 }));

describe('hashes of ids', () => {
  it('should survive encoding and decoding', () => {
    fc.assert(
      fc.property(fc.array(hash), (hashes) => {
        expect(decodeIds(encodeIds(hashes))).toEqual(hashes);
      }),
    );
  });
});

describe('known ids', () => {
  it('should match the referenced documents exactly after any drops, merges and additions', () => {
    const change = fc.record({
      drop: fc.nat(4),
      merge: fc.nat(3),
      added: fc.array(hash, { minLength: 1, maxLength: 5 }),
      /** Documents that another instance has written since the last change. */
      external: fc.array(fc.array(hash, { minLength: 1, maxLength: 4 }), { maxLength: 2 }),
    });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 30 }), (changes) => {
        const known = new KnownIds();
        let chain: { key: string; hashes: string[] }[] = [];
        let n = 0;
        for (const { drop, merge, added, external } of changes) {
          chain = chain.slice(Math.min(drop, chain.length));
          const merged = chain.splice(Math.max(0, chain.length - merge)).flatMap(({ hashes }) => hashes);
          const newDocuments = [...external, [...merged, ...added]].map((hashes) => ({
            key: `${n++}`,
            hashes,
          }));
          chain.push(...newDocuments);
          const referenced = references(chain.map(({ key }) => key));
          expect(known.missingKeys(referenced)).toEqual(newDocuments.map(({ key }) => key));
          known.replace(referenced, new Map(newDocuments.map(({ key, hashes }) => [key, hashes])));
          const expectedHashes = new Set(chain.flatMap(({ hashes }) => hashes));
          for (let i = 0; i <= 30; i++) {
            const idHash = hashOfId(`id${i}`);
            expect(known.has(idHash)).toBe(expectedHashes.has(idHash));
          }
        }
      }),
    );
  });

  it('should be empty in a new epoch', () => {
    const known = new KnownIds();
    known.replace(references(['a']), new Map([['a', [hashOfId('x')]]]));
    known.replace([], new Map());
    expect(known.has(hashOfId('x'))).toBe(false);
  });
});
