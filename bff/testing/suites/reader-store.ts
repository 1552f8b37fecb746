import { randomUUID } from 'node:crypto';
import { inboxKey, mutesKey, readKey } from '@tocsin/contracts';
import { describe, expect, it } from 'vitest';
import type { ReaderStore } from '../../src/readers/ports.ts';

/** Tests that every reader store must pass. */
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

    it.each([readKey, (reader: string) => mutesKey(reader), inboxKey])(
      'should erase a document for good despite a change in progress, and accept new documents (%#)',
      async (keyOf) => {
        const store = create();
        const key = keyOf(`client:${randomUUID()}`, 'user:ä || b');
        await store.write(key, { n: 1 }, undefined, 60);
        const first = await store.read(key);
        await store.erase([key, aKey()]);
        expect(await store.read(key)).toBeUndefined();
        await expect(store.write(key, { n: 2 }, first?.etag, 60)).rejects.toThrow();
        await store.erase([key]);
        expect(await store.read(key)).toBeUndefined();
        await store.write(key, { n: 3 }, undefined, 60);
        const next = await store.read(key);
        expect(next?.value).toEqual({ n: 3 });
        await expect(store.write(key, { n: 4 }, first?.etag, 60)).rejects.toThrow();
        await expect(store.write(key, { n: 4 }, undefined, 60)).rejects.toThrow();
        await store.write(key, { n: 5 }, next?.etag, 60);
        await store.erase([key]);
        await store.remove([key]);
        expect(await store.read(key)).toBeUndefined();
      },
    );

    it('should erase many documents, even if some are missing or changed concurrently', async () => {
      const store = create();
      const keys = Array.from({ length: 120 }, aKey);
      await Promise.all(keys.slice(1).map((key) => store.write(key, { n: 1 }, undefined, 60)));
      const changed = await store.read(keys[5] ?? '');
      await Promise.all([
        store.erase(keys),
        store.write(keys[5] ?? '', { n: 2 }, changed?.etag, 60).catch(() => undefined),
      ]);
      expect(await Promise.all(keys.map((key) => store.read(key)))).toEqual(keys.map(() => undefined));
    });

    it('should refuse a write with a stale etag, or with no etag if a document exists', async () => {
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
