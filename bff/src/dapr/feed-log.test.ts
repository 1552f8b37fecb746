import { headKey } from '@tocsin/contracts';
import type { Sidecar, StateOperation } from '@tocsin/service';
import { describe, expect, it } from 'vitest';
import type { HeadWrite } from '../deliver/ports.ts';
import { DaprFeedLog } from './feed-log.ts';

const writeOf = (feed: string): HeadWrite =>
  ({
    feed,
    head: {},
    etag: 0,
    documents: [{ key: `of ${feed}`, value: {}, bytes: 2, ttlSeconds: 9 }],
  }) as unknown as HeadWrite;

/** A log that records each transaction's keys, and rejects transactions for which `shouldFail` returns true. */
function logWith(isCluster: boolean, shouldFail: (keys: string[]) => boolean = () => false) {
  const transactions: string[][] = [];
  const transact = async (_: string, operations: readonly StateOperation[]): Promise<void> => {
    const keys = operations.map(({ key }) => key);
    transactions.push(keys);
    if (shouldFail(keys)) throw new Error('refused');
  };
  const log = new DaprFeedLog({ transact } as unknown as Sidecar, { isCluster });
  return { log, transactions };
}

describe('a commit with multiple heads', () => {
  const writes = Array.from({ length: 20 }, (_, n) => writeOf(`topic:${n}`));

  it('should be one transaction on a single Redis', async () => {
    const { log, transactions } = logWith(false);
    await log.commit(writes);
    expect(transactions.map((keys) => keys.length)).toEqual([40]);
  });

  it('should, on a cluster, write documents before the heads that reference them, a few slots at a time', async () => {
    const { log, transactions } = logWith(true);
    await log.commit(writes);
    expect(transactions.map((keys) => keys.length)).toEqual([8, 8, 4, 8, 8, 4]);
    for (const { feed } of writes) {
      const [document, head] = [`of ${feed}`, headKey(feed)].map((key) =>
        transactions.findIndex((keys) => keys.includes(key)),
      );
      expect(document).toBeLessThan(head ?? 0);
    }
  });

  it('should, on a cluster, not write a head if its documents were refused', async () => {
    const { log, transactions } = logWith(true, (keys) => keys.includes('of topic:9'));
    await expect(log.commit(writes)).rejects.toThrow('refused');
    expect(transactions.flat()).not.toContain(headKey('topic:9'));
    expect(transactions.flat()).toContain(headKey('topic:1'));
  });
});
