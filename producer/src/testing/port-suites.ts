import { beforeAll, describe, expect, it } from 'vitest';
import {
  PARTITION_VERSION,
  partitionEntryKey,
  type PartitionAnnouncement,
  type PartitionEntry,
} from '@tocsin/contracts';
import { newRun } from '../produce/new-id.ts';
import type { Announcer, EntryStore } from '../produce/index.ts';
import { notification } from './test-producer.ts';

/** An adapter under test, and a way to see what it did. */
export interface EntryStoreUnderTest {
  store: EntryStore;
  /** The JSON under a key; `undefined` if there is none. */
  read(key: string): Promise<string | undefined>;
}
export interface AnnouncerUnderTest {
  announcer: Announcer;
  /** All announcements of a run, the first announced first. */
  announced(run: string): Promise<PartitionAnnouncement[]>;
}

const EXPIRES_AT = '2999-01-01T00:00:00.000Z';

const entryOf = (members: Partial<PartitionEntry> = {}): PartitionEntry => ({
  v: PARTITION_VERSION,
  run: newRun(),
  partition: 0,
  seq: 1,
  expiresAt: EXPIRES_AT,
  notifications: [notification('a')],
  ...members,
});

/** What every EntryStore does. */
export function entryStoreSuite(name: string, create: () => Promise<EntryStoreUnderTest>): void {
  describe(`${name} as a store of entries`, () => {
    let tested: EntryStoreUnderTest;
    beforeAll(async () => void (tested = await create()));
    const stored = async (entry: PartitionEntry): Promise<unknown> => {
      const json = await tested.read(partitionEntryKey(entry));
      return json === undefined ? undefined : JSON.parse(json);
    };

    it('should keep what was deposited under its key', async () => {
      const entry = entryOf({ traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' });
      expect(await stored(entry)).toBeUndefined();
      await tested.store.deposit(entry);
      expect(await stored(entry)).toEqual(entry);
    });

    it('should take the same entry again', async () => {
      const entry = entryOf();
      await tested.store.deposit(entry);
      await tested.store.deposit(entry);
      expect(await stored(entry)).toEqual(entry);
    });

    it('should keep entries of other runs, partitions and numbers apart', async () => {
      const run = newRun();
      const entries = [
        entryOf({ run }),
        entryOf({ run, seq: 2 }),
        entryOf({ run, partition: 1 }),
        entryOf({ run, partition: 10 }),
        entryOf(),
      ];
      await Promise.all(entries.map((entry) => tested.store.deposit(entry)));
      for (const entry of entries) expect(await stored(entry)).toEqual(entry);
    });

    it('should keep every kind of text', async () => {
      const text = '🔔 <b>&amp;</b> "\\ \u2028 \u200d ä\n\t';
      const entry = entryOf({
        notifications: [notification('a', { feed: 'user:a||b ä/?#%', body: text })],
      });
      await tested.store.deposit(entry);
      expect(await stored(entry)).toEqual(entry);
    });

    it('should keep an entry of the largest size', async () => {
      const notifications = Array.from({ length: 1_000 }, (_, n) =>
        notification(`n${n}`, { body: '<'.repeat(20) }),
      );
      const entry = entryOf({ notifications });
      await tested.store.deposit(entry);
      expect(await stored(entry)).toEqual(entry);
    });
  });
}

/** What every Announcer does. */
export function announcerSuite(name: string, create: () => Promise<AnnouncerUnderTest>): void {
  describe(`${name} as an announcer`, () => {
    let tested: AnnouncerUnderTest;
    beforeAll(async () => void (tested = await create()));
    const of = (run: string, seq: number, partition = 0): PartitionAnnouncement => ({
      v: PARTITION_VERSION,
      run,
      partition,
      seq,
      expiresAt: EXPIRES_AT,
    });

    it('should announce in the order in which it is told', async () => {
      const run = newRun();
      const announcements = [of(run, 1), of(run, 2, 7), of(run, 3)];
      for (const announcement of announcements) await tested.announcer.announce(announcement);
      expect(await tested.announced(run)).toEqual(announcements);
    });

    it('should announce again what it is told again', async () => {
      const run = newRun();
      const trace = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
      const announcement = { ...of(run, 7), traceparent: trace };
      for (let times = 0; times < 3; times++) await tested.announcer.announce(announcement);
      expect(await tested.announced(run)).toEqual([announcement, announcement, announcement]);
    });
  });
}
