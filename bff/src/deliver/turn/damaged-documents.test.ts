import { DOCUMENT_VERSION, type Head } from '@tocsin/contracts';
import { beforeEach, describe, expect, it } from 'vitest';
import { dieAt, erase, Fixture, notification, retract } from '../../../testing/feed-fixture.ts';

const [ADA, BEN] = ['user:ada', 'user:ben'];
const to = (feed: string, id: string) => notification(id, { feed });
/** The turn of a retraction reads the feed's segments. */
const retraction = { ...retract('b1'), feed: BEN };

let f: Fixture;
/** Replacements for stored documents, by key. */
let overwritten: Map<string, unknown>;
beforeEach(async () => {
  f = new Fixture();
  overwritten = new Map();
  const read = f.log.readDocuments.bind(f.log);
  f.log.readDocuments = async (keys) =>
    (await read(keys)).map((document, index) => overwritten.get(keys[index] ?? '') ?? document);
  f.depositInPartition(1, [to(ADA, 'a1'), to(BEN, 'b1')]);
  await f.instance().take(1);
});

async function overwrite(kind: 'segments' | 'ids' | 'retractions', value: unknown) {
  const head = (await f.log.readHead(BEN))?.head as Head;
  expect(head[kind]).not.toHaveLength(0);
  for (const { key } of head[kind] ?? []) overwritten.set(key, value);
}

describe('a feed with a damaged segment', () => {
  it('should have its items set aside without blocking other feeds', async () => {
    await overwrite('segments', { v: DOCUMENT_VERSION, publications: 7 });
    f.depositInPartition(2, [retraction, to(ADA, 'a2')]);
    expect(await f.instance().take(2)).toBe('delivered');
    expect(await f.idsOf(ADA)).toEqual(['a1', 'a2']);
    const records = [...f.setAside.records.values()];
    expect(records.map(({ feed, reason }) => [feed, reason])).toEqual([[BEN, 'invalid']]);
    expect(JSON.parse(records[0]?.content ?? '')).toEqual({ notifications: [retraction] });
  });

  it('should stop the turn if a later version wrote the segment', async () => {
    await overwrite('segments', { v: DOCUMENT_VERSION + 1, publications: 7 });
    f.depositInPartition(2, [retraction, to(ADA, 'a2')]);
    await expect(f.instance().take(2)).rejects.toThrow('this version cannot read');
    expect(f.setAside.records.size).toBe(0);
  });

  it('should stop the turn while the commit with this segment has not been broadcast', async () => {
    f.depositInPartition(2, [retraction, to(ADA, 'a2')]);
    await expect(f.instance(dieAt('committed')).take(2)).rejects.toThrow('committed');
    await overwrite('segments', { v: DOCUMENT_VERSION, publications: 7 });
    await expect(f.instance().take(2)).rejects.toThrow('is damaged');
    expect(f.setAside.records.size).toBe(0);
    overwritten.clear();
    expect(await f.instance().take(2)).toBe('delivered');
    expect(await f.idsOf(BEN)).toEqual(['b1 retracted', 'b1 retracted']);
  });

  it('should not list every fault of the segment in the record', async () => {
    await overwrite('segments', {
      v: DOCUMENT_VERSION,
      publications: Array.from({ length: 1_000 }, () => 7),
    });
    f.depositInPartition(2, [retraction]);
    await f.instance().take(2);
    const [record] = f.setAside.records.values();
    expect(JSON.stringify(record).length).toBeLessThan(2_000);
  });
});

describe('an erasure', () => {
  const erasure = { ...erase, feed: BEN };

  it.each(['segments', 'ids', 'retractions'] as const)(
    'should ignore damaged documents: %s',
    async (kind) => {
      f.depositInPartition(2, [retraction]);
      await f.instance().take(2);
      const before = (await f.log.readHead(BEN))?.head;
      await overwrite(kind, { v: DOCUMENT_VERSION, publications: 7, hashes: 7 });
      f.depositInPartition(3, [to(BEN, 'b1'), erasure, to(BEN, 'b1')]);
      expect(await f.instance().take(3)).toBe('delivered');
      expect(f.setAside.records.size).toBe(0);
      expect(await f.idsOf(BEN)).toEqual(['b1']);
      const { segments = [], ids = [], retractions = [] } = before ?? {};
      const old = [...segments, ...ids, ...retractions].map(({ key }) => key);
      overwritten.clear();
      expect(await f.log.readDocuments(old)).toEqual(old.map(() => undefined));
    },
  );

  it('should make an instance forget the ids that it remembered', async () => {
    const instance = f.instance();
    f.depositInPartition(2, [retraction, to(BEN, 'b2')]);
    await instance.take(2);
    f.depositInPartition(3, [erasure]);
    await instance.take(3);
    f.depositInPartition(4, [to(BEN, 'b1'), to(BEN, 'b2')]);
    await instance.take(4);
    expect(await f.idsOf(BEN)).toEqual(['b1', 'b2']);
  });
});
