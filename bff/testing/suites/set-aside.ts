import { randomUUID } from 'node:crypto';
import { DOCUMENT_VERSION, entryKey, type SetAside } from '@tocsin/contracts';
import { describe, expect, it } from 'vitest';
import type { SetAsideStore } from '../../src/deliver/ports.ts';

export interface SetAsideUnderTest {
  store: SetAsideStore;
  read(entry: string): Promise<SetAside | undefined>;
  /** Returns the names of the stored records, newest first. */
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
      const [first, second] = [record(), record({ reason: 'missing', content: null })];
      await store.add(first);
      await store.add(second);
      expect(await read(first.entry)).toEqual(first);
      expect(await read(second.entry)).toEqual(second);
      expect((await list()).slice(0, 2)).toEqual([second.entry, first.entry]);
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
      const erased = record({ feed, entry: entryKey({ run: 'P0000001', feed, seq: 7 }) });
      const remaining = ['all', feed.slice(0, -2), `${feed}:1`].map((other, n) =>
        record({ feed: other, entry: entryKey({ run: 'P0000001', feed: other, seq: 8 + n }) }),
      );
      for (const added of [erased, ...remaining]) await store.add(added);
      await store.erase(feed);
      await store.erase(feed);
      expect(await read(erased.entry)).toBeUndefined();
      expect(await list()).not.toContain(erased.entry);
      for (const { entry } of remaining) expect(await read(entry)).toBeDefined();
    });

    it('should list all records that were added concurrently', async () => {
      const { store, list } = create();
      const records = Array.from({ length: 4 }, () => record());
      await Promise.all(records.map((added) => store.add(added)));
      expect(await list()).toEqual(expect.arrayContaining(records.map(({ entry }) => entry)));
    });
  });
}
