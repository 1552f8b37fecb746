import { randomUUID } from 'node:crypto';
import { DOCUMENT_VERSION, entryKey, type SetAside } from '@tocsin/contracts';
import { describe, expect, it } from 'vitest';
import type { SetAsideStore } from '../../src/deliver/ports.ts';

export interface SetAsideUnderTest {
  store: SetAsideStore;
  read(entry: string): Promise<SetAside | undefined>;
  /** The names of the stored records, newest first. */
  list(): Promise<string[]>;
}

const record = (members: Partial<SetAside> = {}): SetAside => ({
  ...{ v: DOCUMENT_VERSION, entry: `entry:P0000001:all:${randomUUID()}`, feed: 'all', reason: 'invalid' },
  ...{ faults: ['title: is missing'], content: '{"a":"<Ä 🔔>"', at: '2026-01-01T00:00:00.000Z', ...members },
});

/** Tests that every set-aside store must pass. */
export function setAsideSuite(name: string, create: () => SetAsideUnderTest): void {
  describe(`${name} as a set-aside store`, () => {
    it("should keep a record's content and reason, and list it", async () => {
      const { store, read, list } = create();
      const [one, other] = [record(), record({ reason: 'missing', content: null })];
      await store.add(one);
      await store.add(other);
      expect(await read(one.entry)).toEqual(one);
      expect(await read(other.entry)).toEqual(other);
      expect((await list()).slice(0, 2)).toEqual([other.entry, one.entry]);
    });

    it('should ignore a second record for the same entry', async () => {
      const { store, read, list } = create();
      const first = record();
      await store.add(first);
      await store.add({ ...first, reason: 'expired', at: '2027-01-01T00:00:00.000Z' });
      expect(await read(first.entry)).toEqual(first);
      expect((await list()).filter((entry) => entry === first.entry)).toHaveLength(1);
    });

    it("should erase only the given feed's records", async () => {
      const { store, read, list } = create();
      const feed = `user:${randomUUID()}:1 ä`;
      const mine = record({ feed, entry: entryKey({ run: 'P0000001', feed, seq: 7 }) });
      const others = ['all', feed.slice(0, -2), `${feed}:1`].map((other, n) =>
        record({ feed: other, entry: entryKey({ run: 'P0000001', feed: other, seq: 8 + n }) }),
      );
      for (const one of [mine, ...others]) await store.add(one);
      await store.erase(feed);
      await store.erase(feed);
      expect(await read(mine.entry)).toBeUndefined();
      expect(await list()).not.toContain(mine.entry);
      for (const { entry } of others) expect(await read(entry)).toBeDefined();
    });

    it('should list all records that were added concurrently', async () => {
      const { store, list } = create();
      const records = Array.from({ length: 4 }, () => record());
      await Promise.all(records.map((one) => store.add(one)));
      expect(await list()).toEqual(expect.arrayContaining(records.map(({ entry }) => entry)));
    });
  });
}
