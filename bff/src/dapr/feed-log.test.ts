import { DOCUMENT_VERSION, headKey } from '@tocsin/contracts';
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

/** Creates a log that records each transaction's keys, and rejects transactions for which `shouldFail` returns true. */
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

  it('should use a single transaction on a non-clustered Redis', async () => {
    const { log, transactions } = logWith(false);
    await log.commit(writes);
    expect(transactions.map((keys) => keys.length)).toEqual([40]);
  });

  it('should write documents before the heads that reference them, a few slots at a time on a cluster', async () => {
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

  it("should not write a head on a cluster if the head's documents were refused", async () => {
    const { log, transactions } = logWith(true, (keys) => keys.includes('of topic:9'));
    await expect(log.commit(writes)).rejects.toThrow('refused');
    expect(transactions.flat()).not.toContain(headKey('topic:9'));
    expect(transactions.flat()).toContain(headKey('topic:1'));
  });
});

describe('a commit with compression', () => {
  /** Creates a log over a store that keeps values as JSON, as Redis does. */
  function logOver(store: Map<string, string>, compressesHistory: boolean) {
    const sidecar = {
      transact: async (_: string, operations: readonly StateOperation[]) => {
        for (const operation of operations)
          if (operation.operation === 'upsert') store.set(operation.key, JSON.stringify(operation.value));
      },
      getStates: async (_: string, keys: readonly string[]) =>
        keys.map((key): unknown => JSON.parse(store.get(key) ?? 'null') ?? undefined),
    };
    return new DaprFeedLog(sidecar as unknown as Sidecar, { compressesHistory });
  }
  const segmentWith = (count: number) => ({
    v: DOCUMENT_VERSION,
    publications: Array.from({ length: count }, (_, n) => ({
      offset: n + 1,
      notification: { id: `id-${n}`, title: 'ä "quoted" 🔔', createdAt: '2026-01-01T00:00:00Z' },
    })),
  });
  const documents = [
    ['short', segmentWith(3)],
    ['long', segmentWith(300)],
    ['ids', { v: DOCUMENT_VERSION, hashes: 'AAAAAAAAAAA'.repeat(3_000) }],
  ] as const;
  const keys = documents.map(([key]) => key);
  const write = (compressesHistory: boolean) => {
    const store = new Map<string, string>();
    const values = documents.map(([key, value]) => ({ key, value, bytes: 40_000, ttlSeconds: 9 }));
    const writes = [{ ...writeOf('all'), documents: values }] as unknown as HeadWrite[];
    return logOver(store, compressesHistory)
      .commit(writes)
      .then(() => store);
  };

  it('should compress long segments only', async () => {
    const store = await write(true);
    const isCompressed = keys.map((key) => store.get(key)?.startsWith('{"v":2,"brotli":"'));
    expect(isCompressed).toEqual([false, true, false]);
    expect([...(await write(false)).values()].join('')).not.toContain('brotli');
  });

  it.each([true, false])(
    'should be readable by every instance, regardless of the setting (compressed: %s)',
    async (on) => {
      const store = await write(on);
      for (const compressesHistory of [true, false])
        expect(await logOver(store, compressesHistory).readDocuments([...keys, 'absent'])).toEqual([
          ...documents.map(([, value]) => value),
          undefined,
        ]);
    },
  );

  it('should put as many documents in a request as fit when they are compressed', async () => {
    const counts: number[] = [];
    const transact = async (_: string, operations: readonly StateOperation[]) =>
      void counts.push(operations.length);
    const large = Array.from({ length: 8 }, (_, n) => ({
      ...{ key: `segment ${n}`, value: segmentWith(5_000), bytes: 500_000, ttlSeconds: 9 },
    }));
    const writes = [{ ...writeOf('all'), documents: large }] as unknown as HeadWrite[];
    for (const compressesHistory of [true, false]) {
      const log = new DaprFeedLog({ transact } as unknown as Sidecar, { compressesHistory });
      await log.commit(writes);
    }
    expect(counts).toEqual([9, 2, 2, 2, 3]);
  });
});
