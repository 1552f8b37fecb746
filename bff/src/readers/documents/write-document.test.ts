import { expect, it } from 'vitest';
import { MemoryReaderStore } from '../../memory/reader-store.ts';
import { writeDocument } from './write-document.ts';

it('should report a write whose response was lost, but nothing for a document that needs no change', async () => {
  const store = new MemoryReaderStore();
  const write = store.write.bind(store);
  store.write = async (...args) => {
    store.write = write;
    await write(...args);
    throw new Error('the response was lost');
  };
  const change = { key: 'a', ttlSeconds: 60, plan: async (value: unknown) => (value ? undefined : { n: 1 }) };
  expect(await writeDocument(store, change)).toBe('');
  expect(await writeDocument(store, change)).toBeUndefined();
  expect(await writeDocument(store, { ...change, key: 'b' })).toBe('1');
  expect((await store.read('a'))?.etag).toBe('1');
});
