import { inboxKey, mutesKey, preferencesKey } from '@tocsin/contracts';
import { beforeEach, describe, expect, it } from 'vitest';
import { after, arrival, deployment, READER } from '../../../testing/away/deployment.ts';
import { ContactBook } from '../../away/contacts/contacts.ts';
import { MemoryBroadcaster } from '../../memory/broadcaster.ts';
import { MemoryReaderStore } from '../../memory/reader-store.ts';
import { Inboxes } from '../inbox/inboxes.ts';
import { DocumentLedger } from './document-ledger.ts';
import { ERASED_TTL_SECONDS, type StoredWrite } from './erasable-store.ts';
import { writeDocument } from './write-document.ts';
import { Histories } from '../marks/histories.ts';
import { MuteLists } from '../preferences/mute-lists.ts';
import { ReaderPreferences } from '../preferences/preferences.ts';

const INBOX_OWNER = { reader: READER, owner: READER };
let store: MemoryReaderStore;

beforeEach(() => {
  store = new MemoryReaderStore();
});

/** Calls `erase`, as another instance would, after `change` has read the documents but before it writes them. */
async function eraseDuring(erase: () => Promise<unknown>, change: () => Promise<unknown>, target = store) {
  const write = target.write.bind(target);
  let erasures = 0;
  target.write = async (...args) => {
    target.write = write;
    erasures += 1;
    await erase();
    await write(...args);
  };
  await change();
  expect(erasures).toBe(1);
}

it('a preference change should not restore earlier preferences after an erasure', async () => {
  const ledger = { admit: async () => undefined };
  const create = () => {
    const shared = { store, channel: new MemoryBroadcaster(), ledger };
    return new ReaderPreferences({ ...shared, mutes: new MuteLists(shared) });
  };
  const [one, other] = [create(), create()];
  await one.change(READER, { sound: true });
  await eraseDuring(
    () => other.erase(READER),
    () => one.change(READER, { desktop: true }),
  );
  expect((await store.read(preferencesKey(READER)))?.value).toMatchObject({ sound: false, desktop: true });
});

it('a mark should not restore the inbox after an erasure', async () => {
  const position = async () => ({ epoch: '1-a', offset: 9 });
  const histories = new Histories({
    now: () => 1,
    view: () => ({
      ...{ knownPosition: position, currentPosition: position, compare: async () => undefined },
      ...{ floor: async () => 1, readRange: async () => [] },
    }),
  });
  const create = () => {
    const ledger = { admit: async () => undefined };
    const shared = { store, channel: new MemoryBroadcaster(), ledger, histories };
    return new Inboxes({ ...shared, marksMsOf: () => 60_000, now: () => 1 });
  };
  const [one, other] = [create(), create()];
  await one.archive(INBOX_OWNER, { feed: 'all', epoch: '1-a', offset: 4 });
  await eraseDuring(
    () => other.erase(READER),
    () => one.seen(INBOX_OWNER, { feed: 'all', epoch: '1-a', offset: 7 }),
  );
  expect((await store.read(inboxKey(READER)))?.value).toMatchObject({
    feeds: { all: { seen: 7, archived: [] } },
  });
});

it('a new device should not restore the addresses after an erasure', async () => {
  const [one, other] = [new ContactBook(store, () => 1), new ContactBook(store, () => 1)];
  await one.setEmail(READER, 'ada@example.com');
  const device = { endpoint: 'https://push.example.com/1', keys: { p256dh: 'p', auth: 'a' } };
  await eraseDuring(
    () => other.erase(READER),
    () => one.addDevice(READER, device),
  );
  expect(await one.stored(READER)).not.toHaveProperty('email');
  expect((await one.stored(READER)).devices).toHaveLength(1);
});

it('new fallbacks should not restore earlier fallbacks after an erasure', async () => {
  const shared = deployment();
  const [one, other] = [shared.instance().fallbacks, shared.instance().fallbacks];
  const commit = (id: string) =>
    one.committed(
      new Map([[READER, [{ item: arrival(id, after('P1D')), position: { epoch: '1-a', offset: 1 } }]]]),
    );
  await commit('a');
  await eraseDuring(
    () => other.erase({ feed: READER }),
    () => commit('b'),
    shared.store,
  );
  expect((await one.stored(READER))?.waiting.map(({ id }) => id)).toEqual(['b']);
});

it('a mute change should not restore a document that the ledger has replaced, but create one that the ledger lists', async () => {
  const owner = 'address:198.51.100.7';
  const create = () => {
    const ledger = new DocumentLedger({ store, max: 1, now: () => 1 });
    return new MuteLists({ store, channel: new MemoryBroadcaster(), ledger });
  };
  const [one, other] = [create(), create()];
  await one.set('client:old', { feeds: ['topic:a'], severities: [] }, owner);
  await eraseDuring(
    () => other.set('client:new', { feeds: ['topic:b'], severities: [] }, owner),
    () => one.set('client:old', { severities: ['info'] }, owner),
  );
  expect(await one.read('client:old')).toEqual({ feeds: [], severities: ['info'] });
  expect(await new DocumentLedger({ store, max: 1, now: () => 1 }).keysOf(owner)).toEqual([
    mutesKey('client:old'),
  ]);
  expect(await store.read(mutesKey('client:new'))).toBeUndefined();
});

describe('a change that finds its document erased and writes nothing', () => {
  const key = inboxKey(READER);
  const lifetimes = new Map<string, number>();
  let beforeWrite: (value: object) => Promise<void>;
  /** Like Redis behind Dapr, gives the stored document the lifetime of a refused write. */
  class RedisLikeStore extends MemoryReaderStore {
    protected override async writeStored(writes: readonly StoredWrite[]): Promise<void> {
      for (const { value } of writes) await beforeWrite(value);
      for (const write of writes) lifetimes.set(write.key, write.ttlSeconds);
      return super.writeStored(writes);
    }
  }
  let redisLike: RedisLikeStore;
  beforeEach(async () => {
    beforeWrite = async () => undefined;
    redisLike = new RedisLikeStore();
    await redisLike.write(key, { n: 1 }, undefined, 1_000);
  });
  const change = () =>
    eraseDuring(
      () => redisLike.erase([key]),
      () =>
        writeDocument(redisLike, {
          ...{ key, ttlSeconds: 1_000 },
          plan: async (value) => (value === undefined ? undefined : { n: 2 }),
        }),
      redisLike,
    );

  it("should not extend the lifetime of the erased document's key", async () => {
    await change();
    expect(await redisLike.read(key)).toBeUndefined();
    expect(lifetimes.get(key)).toBe(ERASED_TTL_SECONDS);
  });

  it('should not shorten the lifetime of a document that another instance stores in the meantime', async () => {
    let erasures = 0;
    beforeWrite = async (value) => {
      if (!('erased' in value) || ++erasures !== 2) return;
      await redisLike.write(key, { n: 3 }, undefined, 1_000);
    };
    await change();
    expect((await redisLike.read(key))?.value).toEqual({ n: 3 });
    expect(lifetimes.get(key)).toBe(1_000);
  });
});

it('should give the key of an erased empty mute list a short lifetime', async () => {
  const lifetimes: number[] = [];
  class RecordingStore extends MemoryReaderStore {
    protected override writeStored(writes: readonly StoredWrite[]): Promise<void> {
      lifetimes.push(...writes.map(({ ttlSeconds }) => ttlSeconds));
      return super.writeStored(writes);
    }
  }
  const recording = new RecordingStore();
  const key = mutesKey(READER);
  await recording.write(key, { v: 1, feeds: [], severities: [] }, undefined, 1_000);
  await recording.erase([key]);
  expect(lifetimes).toEqual([1_000, ERASED_TTL_SECONDS]);
});
