import { randomUUID } from 'node:crypto';
import { readKey } from '@tocsin/contracts';
import { describe, expect, it } from 'vitest';
import type { ReaderStore } from '../../src/readers/ports.ts';

/** The contract of every reader store. */
export function readerStoreSuite(name: string, create: () => ReaderStore): void {
  const aKey = () => readKey(`client:${randomUUID()}`, 'user:ä || b');

  describe(`${name} as a reader store`, () => {
    it('should keep a document until it is removed', async () => {
      const store = create();
      const [key, other] = [aKey(), aKey()];
      expect(await store.read(key)).toBeUndefined();
      await store.write(key, { a: '<Ä 🔔>' }, undefined, 60);
      await store.write(other, { b: 1 }, undefined, 60);
      expect((await store.read(key))?.value).toEqual({ a: '<Ä 🔔>' });
      await store.remove([key, aKey()]);
      expect(await store.read(key)).toBeUndefined();
      expect((await store.read(other))?.value).toEqual({ b: 1 });
    });

    it('should refuse a write with a stale etag, and a write that expects no document where one exists', async () => {
      const store = create();
      const key = aKey();
      await store.write(key, { n: 1 }, undefined, 60);
      const first = await store.read(key);
      await store.write(key, { n: 2 }, first?.etag, 60);
      await expect(store.write(key, { n: 3 }, first?.etag, 60)).rejects.toThrow();
      await expect(store.write(key, { n: 3 }, undefined, 60)).rejects.toThrow();
      expect((await store.read(key))?.value).toEqual({ n: 2 });
    });
  });
}
