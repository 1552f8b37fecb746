import { describe, expect, it } from 'vitest';
import type { StoreOrigin } from '../../src/deliver/ports.ts';

/** What every origin keeps to; `create` makes another instance's way to the same store. */
export function originSuite(name: string, create: () => StoreOrigin, forget?: () => Promise<void>): void {
  describe(`${name} as the origin of a store`, () => {
    it('should be one for all instances, also when they ask for the first time at once', async () => {
      await forget?.();
      const epochs = await Promise.all(Array.from({ length: 10 }, () => create().firstEpoch()));
      expect(new Set(epochs).size).toBe(1);
      expect(epochs[0]).toMatch(/^\d+-[0-9a-f]+$/);
      expect(await create().firstEpoch()).toBe(epochs[0]);
    });
  });
}
