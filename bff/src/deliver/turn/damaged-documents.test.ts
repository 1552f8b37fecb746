import { DOCUMENT_VERSION, type Head } from '@tocsin/contracts';
import { beforeEach, describe, expect, it } from 'vitest';
import { Fixture, notification, retract } from '../../../testing/feed-fixture.ts';

const [ADA, BEN] = ['user:ada', 'user:ben'];
const to = (feed: string, id: string) => notification(id, { feed });
/** The turn of a retraction reads the feed's segments. */
const retraction = { ...retract('b1'), feed: BEN };

let f: Fixture;
/** What the store returns instead of a document, by key. */
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

async function overwrite(kind: 'segments' | 'ids', value: unknown) {
  const head = (await f.log.readHead(BEN))?.head as Head;
  for (const { key } of head[kind]) overwritten.set(key, value);
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
});
