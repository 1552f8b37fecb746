import { mutesKey } from '@tocsin/contracts';
import { expect, it } from 'vitest';
import { MemoryBroadcaster } from '../memory/broadcaster.ts';
import { MemoryReaderStore } from '../memory/reader-store.ts';
import { MuteLists } from './mute-lists.ts';

const ADA = 'user:ada';

it('should refuse mutes of a later version rather than write over them', async () => {
  const store = new MemoryReaderStore();
  const lists = new MuteLists(store, new MemoryBroadcaster());
  await lists.set(ADA, { feeds: ['topic:a', 'topic:a'], severities: [] });
  expect(await lists.of(ADA)).toEqual({ feeds: ['topic:a'], severities: [] });
  const later = { v: 2, feeds: [], severities: [], until: 1 };
  await store.write(mutesKey(ADA), later, (await store.read(mutesKey(ADA)))?.etag);
  await expect(lists.of(ADA)).rejects.toThrow('this version');
  await expect(lists.set(ADA, { feeds: [], severities: [] })).rejects.toThrow('this version');
  expect((await store.read(mutesKey(ADA)))?.value).toEqual(later);
});
