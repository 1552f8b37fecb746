import { randomUUID } from 'node:crypto';
import { PARTITION_VERSION, partitionEntryKey, type PartitionEntry } from '@tocsin/contracts';
import { describe, expect, it } from 'vitest';
import type { ClaimCheck } from '../src/index.ts';

const newRun = (): string => randomUUID().replaceAll('-', '').slice(0, 8);

const entryOf = (members: Partial<PartitionEntry> = {}): PartitionEntry => ({
  v: PARTITION_VERSION,
  run: newRun(),
  partition: 0,
  seq: 1,
  expiresAt: '2999-01-01T00:00:00.000Z',
  notifications: [{ id: 'a', title: 'Title of a' }],
  ...members,
});

/** Tests that every claim check must pass. */
export function claimCheckSuite(name: string, create: () => ClaimCheck): void {
  describe(`${name} as a claim check`, () => {
    const peeked = async (claimCheck: ClaimCheck, entry: PartitionEntry): Promise<unknown> => {
      const text = await claimCheck.peek(partitionEntryKey(entry));
      return text === undefined ? undefined : JSON.parse(text);
    };

    it('should return a deposited entry on every peek', async () => {
      const [claimCheck, entry] = [
        create(),
        entryOf({ traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` }),
      ];
      expect(await peeked(claimCheck, entry)).toBeUndefined();
      await claimCheck.deposit(entry);
      for (let i = 0; i < 3; i++) expect(await peeked(claimCheck, entry)).toEqual(entry);
    });

    it('should accept the same entry twice', async () => {
      const [claimCheck, entry] = [create(), entryOf()];
      await claimCheck.deposit(entry);
      await claimCheck.deposit(entry);
      expect(await peeked(claimCheck, entry)).toEqual(entry);
    });

    it('should store entries with different runs, partitions or sequence numbers separately', async () => {
      const [claimCheck, run] = [create(), newRun()];
      const entries = [
        entryOf({ run }),
        entryOf({ run, seq: 2 }),
        entryOf({ run, partition: 1 }),
        entryOf({ run, partition: 10 }),
        entryOf(),
      ];
      await Promise.all(entries.map((entry) => claimCheck.deposit(entry)));
      for (const entry of entries) expect(await peeked(claimCheck, entry)).toEqual(entry);
    });

    it.each([
      ['all kinds of text', [{ feed: 'user:a||b ä/?#%', body: '🔔 <b>&amp;</b> "\\ \u2028 \u200d ä\n\t' }]],
      [
        'the maximum number of notifications',
        Array.from({ length: 1_000 }, (_, n) => ({ id: n, body: '<'.repeat(20) })),
      ],
    ])('should preserve an entry with %s', async (_what, notifications) => {
      const [claimCheck, entry] = [create(), entryOf({ notifications })];
      await claimCheck.deposit(entry);
      expect(await peeked(claimCheck, entry)).toEqual(entry);
    });

    it('should give a popped entry to exactly one of 50 callers', async () => {
      const [claimCheck, entry] = [create(), entryOf()];
      await claimCheck.deposit(entry);
      const key = partitionEntryKey(entry);
      const popped = await Promise.all(Array.from({ length: 50 }, () => claimCheck.pop(key)));
      const won = popped.filter((text) => text !== undefined);
      expect(won.map((text) => JSON.parse(text) as unknown)).toEqual([entry]);
      expect(await claimCheck.peek(key)).toBeUndefined();
    });

    it('should return nothing for a missing entry', async () => {
      const [claimCheck, key] = [create(), partitionEntryKey(entryOf())];
      expect(await claimCheck.peek(key)).toBeUndefined();
      expect(await claimCheck.pop(key)).toBeUndefined();
    });

    it('should be ready', async () => {
      await create().ready();
    });
  });
}
