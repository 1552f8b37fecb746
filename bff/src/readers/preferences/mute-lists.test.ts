import { mutesKey } from '@tocsin/contracts';
import { expect, it } from 'vitest';
import { MemoryBroadcaster } from '../../memory/broadcaster.ts';
import { MemoryReaderStore } from '../../memory/reader-store.ts';
import { MuteLists } from './mute-lists.ts';
import type { ReaderChange } from '../events/reader-change.ts';

const ADA = 'user:ada';
const ledger = { admit: () => Promise.resolve() };

it('should refuse to overwrite mutes from a later version', async () => {
  const store = new MemoryReaderStore();
  const lists = new MuteLists({ store, channel: new MemoryBroadcaster(), ledger });
  await lists.set(ADA, { feeds: ['topic:a', 'topic:a'], severities: [] });
  expect(await lists.read(ADA)).toEqual({ feeds: ['topic:a'], severities: [] });
  const later = { v: 2, feeds: [], severities: [], until: 1 };
  await store.write(mutesKey(ADA), later, (await store.read(mutesKey(ADA)))?.etag);
  await expect(lists.read(ADA)).rejects.toThrow('this version');
  await expect(lists.set(ADA, { feeds: [], severities: [] })).rejects.toThrow('this version');
  expect((await store.read(mutesKey(ADA)))?.value).toEqual(later);
});

it('should not write or publish anything if there is no change', async () => {
  const store = new MemoryReaderStore();
  const channel = new MemoryBroadcaster();
  const published: ReaderChange[] = [];
  channel.onChange((change) => change.name === 'mutes' && published.push(change));
  const lists = new MuteLists({ store, channel, ledger });
  await lists.set(ADA, { feeds: [], severities: [] });
  expect(await store.read(mutesKey(ADA))).toBeUndefined();
  for (let i = 0; i < 3; i++) await lists.set(ADA, { feeds: ['topic:a'], severities: ['info'] });
  expect((await store.read(mutesKey(ADA)))?.etag).toBe('1');
  await lists.set(ADA, { feeds: [], severities: ['info'] });
  expect(published).toEqual([
    { name: 'mutes', reader: ADA, version: '1' },
    { name: 'mutes', reader: ADA, version: '2' },
  ]);
});
