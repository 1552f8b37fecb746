import { beforeEach, describe, expect, it } from 'vitest';
import { MemoryBroadcaster } from '../../memory/broadcaster.ts';
import { MemoryReaderStore } from '../../memory/reader-store.ts';
import type { ReaderChange } from '../events/reader-change.ts';
import { Inboxes } from '../inbox/inboxes.ts';
import { Histories } from '../marks/histories.ts';
import { ReadStates } from '../marks/read-states.ts';
import { MuteLists } from '../preferences/mute-lists.ts';
import { ReaderPreferences } from '../preferences/preferences.ts';

const ADA = 'user:ada';
const STORE_DOWN = new Error('store down');
const position = async () => ({ epoch: '1-a', offset: 9 });
let store: MemoryReaderStore;
let published: ReaderChange[];
let states: ReadStates;
let inboxes: Inboxes;
let mutes: MuteLists;
let preferences: ReaderPreferences;

beforeEach(() => {
  store = new MemoryReaderStore();
  const channel = new MemoryBroadcaster();
  published = [];
  channel.onChange((change) => published.push(change));
  const histories = new Histories({
    now: () => 1,
    view: () => ({
      ...{ knownPosition: position, currentPosition: position, compare: async () => undefined },
      ...{ floor: async () => 1, readRange: async () => [] },
    }),
  });
  const shared = { store, channel, histories, now: () => 1 };
  const ledger = { admit: async () => undefined, keysOf: async () => [], erase: async () => [] };
  states = new ReadStates({ ...shared, ledger, ttlSecondsOf: () => 60 });
  inboxes = new Inboxes({ ...shared, ledger, marksMsOf: () => 60_000 });
  mutes = new MuteLists({ ...shared, ledger });
  preferences = new ReaderPreferences({ ...shared, ledger, mutes });
});

/** Runs `change` and loses the response to the next write. `fail` runs after that write. */
async function changeAndLose(change: () => Promise<void>, fail: () => void = () => undefined) {
  const write = store.write.bind(store);
  store.write = async (...args) => {
    store.write = write;
    await write(...args);
    fail();
    throw STORE_DOWN;
  };
  await change();
}

describe.each<[ReaderChange['name'], () => Promise<void>, () => Promise<unknown>, unknown]>([
  [
    'read',
    () => states.mark(ADA, { feed: 'all', offset: 4 }),
    () => states.stored(ADA, 'all'),
    { offset: 4 },
  ],
  [
    'inbox',
    () => inboxes.archive({ reader: ADA, owner: ADA }, { feed: 'all', epoch: '1-a', offset: 4 }),
    () => inboxes.stateOf(ADA, 'all'),
    { archived: [[1, 4]] },
  ],
  [
    'mutes',
    () => mutes.set(ADA, { feeds: ['all'], severities: [] }),
    () => mutes.read(ADA),
    { feeds: ['all'] },
  ],
  [
    'preferences',
    () => preferences.change(ADA, { sound: true }),
    () => preferences.read(ADA),
    { sound: true },
  ],
])('a stored change (%s) with a lost write response', (name, change, read, state) => {
  const eventNames = () => published.flatMap((event) => (event.name === name ? [event.name] : []));

  it('should be published', async () => {
    await read();
    await changeAndLose(change);
    expect(eventNames()).toEqual([name]);
    expect(await read()).toMatchObject(state as object);
    await change();
    expect(eventNames()).toEqual([name]);
  });

  it('should be published by a retry of the request if the store cannot be read after the write', async () => {
    await read();
    const stored = store.read.bind(store);
    const fail = () => (store.read = () => Promise.reject(STORE_DOWN));
    await expect(changeAndLose(change, fail)).rejects.toThrow(STORE_DOWN);
    store.read = stored;
    await change();
    expect(eventNames()).toEqual([name]);
    expect(await read()).toMatchObject(state as object);
  });
});
