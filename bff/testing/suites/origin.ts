import { describe, expect, it } from 'vitest';
import type { StoreOrigin } from '../../src/deliver/ports.ts';

/**
 * Tests that every `StoreOrigin` must pass. Each call of `create` returns a `StoreOrigin` for another instance. All
 * instances use the same store.
 */
export function originSuite(name: string, create: () => StoreOrigin, forget?: () => Promise<void>): void {
  describe(`a store's first epoch in ${name}`, () => {
    it('should be the same for all instances, even if they request it at the same time', async () => {
      await forget?.();
      const epochs = await Promise.all(Array.from({ length: 10 }, () => create().firstEpoch()));
      expect(new Set(epochs).size).toBe(1);
      expect(epochs[0]).toMatch(/^\d+-[0-9a-f]+$/);
      expect(await create().firstEpoch()).toBe(epochs[0]);
    });
  });
}
