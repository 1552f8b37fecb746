import { MAX_SCHEDULE_MS, preferencesKey } from '@tocsin/contracts';
import { beforeEach, expect, it } from 'vitest';
import { MemoryBroadcaster } from '../../memory/broadcaster.ts';
import { MemoryReaderStore } from '../../memory/reader-store.ts';
import type { ReaderChange } from '../events/reader-change.ts';
import { MuteLists } from './mute-lists.ts';
import { ReaderPreferences } from './preferences.ts';

const ADA = 'user:ada';
const ledger = { admit: () => Promise.resolve() };
let store: MemoryReaderStore;
let channel: MemoryBroadcaster;
let mutes: MuteLists;

beforeEach(() => {
  store = new MemoryReaderStore();
  channel = new MemoryBroadcaster();
  mutes = new MuteLists({ store, channel, ledger });
});
const instance = () => new ReaderPreferences({ store, channel, ledger, mutes });

it('should merge simultaneous changes from two instances', async () => {
  await Promise.all([
    instance().change(ADA, { feeds: ['topic:a'] }),
    instance().change(ADA, { severities: ['info'] }),
    instance().change(ADA, { sound: true }),
  ]);
  const merged = { feeds: ['topic:a'], severities: ['info'], sound: true };
  expect(await instance().read(ADA)).toMatchObject(merged);
});

it('should read a mute for a year that was set by an instance whose clock is ahead', async () => {
  const until = new Date(Date.now() + MAX_SCHEDULE_MS + 60_000).toISOString();
  const mutedUntil = [{ list: 'sources' as const, name: 'ci', until }];
  await instance().change(ADA, { mutedUntil });
  expect(await instance().read(ADA)).toMatchObject({ mutedUntil });
});

it('should read and change preferences with a time zone that this instance does not know', async () => {
  const quietHours = { from: '22:00', to: '07:00', timeZone: 'Mars/Base', allow: [] };
  await instance().change(ADA, { quietHours });
  await instance().change(ADA, { sound: true });
  expect(await instance().read(ADA)).toMatchObject({ quietHours, sound: true });
  await instance().change(ADA, { quietHours: null });
  expect(await instance().read(ADA)).toMatchObject({ quietHours: null, sound: true });
});

it('should lift the last temporary mute, and keep members that a later version added', async () => {
  const mute = { list: 'sources' as const, name: 'ci', until: new Date(Date.now() + 60_000).toISOString() };
  await instance().change(ADA, { mutedUntil: [mute] });
  const { value, etag } = (await store.read(preferencesKey(ADA))) ?? {};
  await store.write(preferencesKey(ADA), { ...(value as object), theme: 'dark' }, etag, 60);
  await instance().change(ADA, { mutedUntil: [] });
  expect(await instance().read(ADA)).not.toHaveProperty('mutedUntil');
  expect((await store.read(preferencesKey(ADA)))?.value).toMatchObject({ theme: 'dark' });
});

it('should publish a change when the request is retried after storing the mutes failed', async () => {
  const published: ReaderChange[] = [];
  const preferences = instance();
  await preferences.change(ADA, { feeds: ['topic:a'] });
  channel.onChange((change) => published.push(change));
  const { set } = mutes;
  mutes.set = () => Promise.reject(new Error('store down'));
  const change = { sound: true, feeds: ['topic:a'] };
  await expect(preferences.change(ADA, change)).rejects.toThrow('store down');
  expect(published).toEqual([]);
  mutes.set = set;
  await preferences.change(ADA, change);
  expect(published.map(({ name }) => name)).toEqual(['preferences']);
});
