import { beforeEach, describe, expect, it } from 'vitest';
import type { Head } from '@tocsin/contracts';
import { dieAt, erase, Fixture, notification } from '../../../testing/feed-fixture.ts';

const ADA = 'user:ada';
const HOUR_MS = 60 * 60 * 1000;
const ERASURE = { ...erase, feed: ADA };
let f: Fixture;
beforeEach(() => {
  f = new Fixture();
});

/** Counts deletions of the reader's data. */
const erasures = () => f.erased.filter(({ before }) => before !== undefined).length;

async function take(seq: number, run: string, item: unknown) {
  f.depositInPartition(seq, [item], run);
  await f.instance().take(seq, run);
}

/** Lets 26 h pass, so that the checkpoint forgets earlier runs, and then publishes to the feed on a new instance. */
async function publishLater() {
  f.now += 26 * HOUR_MS;
  await take(1, 'P0000002', notification('b', { feed: 'user:ben' }));
  expect(Object.keys((await f.checkpoints.read(1))?.checkpoint.runs ?? {})).toEqual(['P0000002']);
  await take(2, 'P0000002', notification('a', { feed: ADA }));
  expect(await f.idsOf(ADA)).toEqual(['a']);
}

describe('an erasure', () => {
  it.each(['an empty feed', 'a feed with content'])('should delete data once, for %s', async (kind) => {
    if (kind !== 'an empty feed') await take(1, 'P0000001', notification('x', { feed: ADA }));
    await take(2, 'P0000001', ERASURE);
    expect(erasures()).toBe(1);
    await publishLater();
    expect(erasures()).toBe(1);
  });

  it.each(['committed', 'broadcast'] as const)(
    'should be completed, no matter how late, if the process dies after the “%s” step',
    async (step) => {
      f.depositInPartition(1, [ERASURE]);
      await expect(f.instance(dieAt(step)).take(1)).rejects.toThrow('died');
      expect(erasures()).toBe(0);
      await publishLater();
      expect(erasures()).toBe(1);
    },
  );
});

describe('an erasure by version 0.1.0', () => {
  /**
   * Stores an erasure's head as version 0.1.0 did: with a list of withdrawn documents only if the feed had documents.
   */
  async function storeAs010({ hadContent, isFinished }: { hadContent: boolean; isFinished: boolean }) {
    if (hadContent) await take(1, 'P0000001', notification('x', { feed: ADA }));
    f.depositInPartition(2, [ERASURE]);
    await expect(f.instance(dieAt('committed')).take(2)).rejects.toThrow('died');
    const { erasedAt: _, withdrawn = '', ...rest } = f.head as Head;
    if (!hadContent || isFinished) await f.log.removeDocuments([withdrawn]);
    const head = { ...rest, version: rest.version + 1, ...(hadContent && { withdrawn }) };
    await f.log.commit([{ feed: ADA, head, etag: rest.version, documents: [] }]);
  }

  it.each([true, false])('should not be repeated (the feed had content: %s)', async (hadContent) => {
    await storeAs010({ hadContent, isFinished: true });
    await publishLater();
    expect(erasures()).toBe(0);
  });

  it.each([true, false])(
    'should be completed after a crash (the feed had content: %s)',
    async (hadContent) => {
      await storeAs010({ hadContent, isFinished: false });
      f.now += 60_000;
      await f.instance().take(2);
      expect(erasures()).toBe(1);
      await publishLater();
      expect(erasures()).toBe(1);
    },
  );
});
