import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { UnsentIndex } from '../../src/away/fallbacks/unsent/unsent-index.ts';
import type { ReaderStore } from '../../src/readers/ports.ts';

/** Tests of the index of readers with unsent fallbacks. They must pass with every reader store. */
export function unsentIndexSuite(name: string, create: () => ReaderStore): void {
  describe(`the index of readers with unsent fallbacks over ${name}`, () => {
    it('should keep readers until they are removed, even if two instances add readers at the same time', async () => {
      const store = create();
      const errors: unknown[] = [];
      const instance = () =>
        new UnsentIndex({ store, onError: (error) => void errors.push(error), now: () => Date.now() });
      const [first, second] = [instance(), instance()];
      const hashes = Array.from({ length: 20 }, () => randomBytes(16).toString('hex'));
      await Promise.all(hashes.map((hash, n) => (n % 2 ? first : second).add(hash)));
      const missing = async () => {
        const stored = new Set((await instance().read()).readers.map(([hash]) => hash));
        return hashes.filter((hash) => !stored.has(hash));
      };
      // On a slow machine, `add` can resolve before the index is written.
      await expect.poll(missing, { timeout: 20_000 }).toEqual([]);
      const [forgotten = ''] = hashes;
      await first.forget(forgotten);
      const { readers } = await second.read();
      expect(readers.some(([hash]) => hash === forgotten)).toBe(false);
      await second.remove(readers.filter(([hash]) => hashes.includes(hash)));
      expect(await missing()).toEqual(hashes);
      await Promise.all([first.stop(), second.stop()]);
    });
  });
}
