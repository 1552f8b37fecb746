import type { Arrival, PublishedPosition } from '@tocsin/contracts';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { READER, after, arrival, deployment, pass } from '../../../testing/away/deployment.ts';
import type { SendResult } from '../channels/channel.ts';
import { awayKey, hashOfReader, newAway } from './document.ts';
import { MAX_CONTENT_BYTES, register } from './register.ts';

beforeEach(() => void vi.useFakeTimers({ now: new Date('2026-01-01T10:00:00Z') }));
afterEach(() => void vi.useRealTimers());

const at = (offset: number, more: Partial<PublishedPosition> = {}): PublishedPosition => ({
  epoch: '1-a',
  offset,
  ...more,
});
type PlacedItem = [item: Arrival, position?: PublishedPosition];
const commit = (...placed: PlacedItem[]) =>
  new Map([[READER, placed.map(([item, position]) => ({ item, ...(position && { position }) }))]]);
const orderUpdate = (id: string, fallback?: ReturnType<typeof after>) => ({
  ...arrival(id, fallback),
  collapseKey: 'order-1',
});
const KEY = awayKey(hashOfReader(READER));

function world() {
  const shared = deployment();
  const { fallbacks, set } = shared.instance();
  const committed = (...placed: PlacedItem[]) => fallbacks.committed(commit(...placed));
  const waiting = async () =>
    ((await fallbacks.stored(READER))?.waiting ?? []).map(({ id, position }) => [id, position]);
  return { ...shared, fallbacks, set, committed, waiting };
}

describe('the position of a notification', () => {
  it('should be stored with its fallbacks', async () => {
    const { committed, waiting, lookedUpIds } = world();
    const event = { ...arrival('b', after('PT5M')), sourceHash: 'f'.repeat(16) };
    await committed([arrival('a', after('PT5M')), at(3)], [event, at(4, { id: 'b.ffffffff' })]);
    expect(await waiting()).toEqual([
      ['a', at(3)],
      ['b', at(4, { id: 'b.ffffffff' })],
    ]);
    expect(lookedUpIds).toEqual([]);
  });

  it('should be looked up once if an interrupted turn committed the notification', async () => {
    const { committed, waiting, lookedUpIds, positions } = world();
    const items: PlacedItem[] = [[arrival('a', after('PT5M'))], [arrival('b', after('PT5M')), at(7)]];
    positions.set('a', at(3));
    await committed(...items);
    await committed(...items);
    expect([await waiting(), lookedUpIds]).toEqual([
      [
        ['a', at(3)],
        ['b', at(7)],
      ],
      ['a'],
    ]);
  });

  it('should not be looked up after the fallback has ended', async () => {
    const { committed, lookedUpIds, outcomes } = world();
    const a = arrival('a', after('PT5S'));
    await committed([a, at(3)]);
    await pass(6_000);
    await committed([a]);
    expect([outcomes(), lookedUpIds]).toEqual([[['a', 'sent']], []]);
  });

  it('should be undefined if looking it up fails', async () => {
    const { committed, waiting, positions, failed } = world();
    vi.spyOn(positions, 'get').mockImplementation(() => {
      throw new Error('store down');
    });
    await committed([arrival('a', after('PT5M'))]);
    expect([await waiting(), failed]).toEqual([[['a', undefined]], ['find-position']]);
  });

  it('should change if the notification was republished after data loss', async () => {
    const { committed, waiting } = world();
    const a = arrival('a', after('PT5M'));
    for (const position of [at(6), at(5), at(1, { epoch: '2-b' })]) {
      await committed([a, position]);
      expect(await waiting()).toEqual([['a', position]]);
    }
  });

  it('should not change if another source publishes a notification with the same id and time', async () => {
    const { committed, waiting } = world();
    const a = arrival('a', after('PT5M'));
    await committed([{ ...a, sourceHash: 'e'.repeat(16) }, at(3)]);
    await committed([{ ...a, sourceHash: 'f'.repeat(16) }, at(5, { id: 'a.ffffffff' })]);
    expect(await waiting()).toEqual([['a', at(3)]]);
  });

  it('should not count toward the size limit for content', () => {
    const contents = (position?: PublishedPosition) => {
      const itemsFrom = (from: number) =>
        Array.from({ length: 350 }, (_, i) => ({
          notification: { ...arrival(`n${from + i}`), body: 'x'.repeat(60) },
          ...{ fallback: after('P1D'), position },
        }));
      const half = register(newAway(READER), itemsFrom(0), Date.now());
      const document = register(half, itemsFrom(350), Date.now());
      return document.waiting.filter((one) => one.notification).length;
    };
    expect(contents(at(10_000, { epoch: '1767225600000-abcdef12' }))).toBe(contents());
    expect(contents()).toBeLessThan(700);
  });

  it('should be kept while a message is being sent and after the send fails', async () => {
    const { committed, waiting, presetResults } = world();
    presetResults.push({ outcome: 'unavailable', reason: 'busy' });
    await committed([arrival('a', after('PT5S')), at(3)]);
    await pass(6_000);
    expect(await waiting()).toEqual([['a', at(3)]]);
  });
});

it('should count content being sent toward the size limit for stored content', () => {
  const added = Array.from({ length: 700 }, (_, i) => ({
    notification: { ...arrival(`n${i}`), body: 'x'.repeat(200) },
    fallback: after('P1D'),
  }));
  const { waiting, ...document } = register(newAway(READER), added.slice(0, 350), Date.now());
  const items = waiting.map(({ steps: _, ...one }) => ({ ...one, unless: 'read' as const }));
  const sending = [{ key: 'k', via: 'email', until: 0, attempts: 1, items }];
  const registered = register({ ...document, sending, waiting: [] }, added.slice(350), Date.now());
  expect(JSON.stringify(registered).length).toBeLessThan(1.5 * MAX_CONTENT_BYTES);
});

it.each([
  ['', []],
  [
    ' and the content does not fit',
    Array.from({ length: 70 }, (_, n) => ({ ...arrival(`n${n}`, after('P1D')), body: 'x'.repeat(2_000) })),
  ],
])(
  'should end only the fallbacks of the retracted notification, even if another source published the same id%s',
  async (_case, others) => {
    const { committed, fallbacks, outcomes, waiting: allWaiting } = world();
    const waiting = async () => (await allWaiting()).filter(([id]) => id === '7');
    await committed(...others.map((one): PlacedItem => [one]));
    const [a, b] = ['a', 'b'].map((digit) => ({
      ...arrival('7', after('PT5M')),
      ...{ sourceHash: digit.repeat(16), title: digit },
    })) as [Arrival, Arrival];
    b.createdAt = '2026-01-01T10:00:01Z';
    await committed([a, at(3)], [b, at(4, { id: '7.bbbbbbbb' })]);
    await fallbacks.erase({ feed: READER, ids: ['7'] });
    expect([outcomes(), await waiting()]).toEqual([
      [['7', 'suppressed', 'retracted']],
      [['7', at(4, { id: '7.bbbbbbbb' })]],
    ]);
    await fallbacks.erase({ feed: READER, ids: ['7.bbbbbbbb'] });
    expect(await waiting()).toEqual([]);
  },
);

describe('a notification that could replace a waiting notification with the same collapse key', () => {
  const replaced = [['a', 'suppressed', 'replaced']];

  it.each([undefined, after('PT10M')])(
    "should end the waiting notification's fallbacks, whether or not the new notification has fallbacks",
    async (fallback) => {
      const { committed, outcomes, titles } = world();
      await committed([orderUpdate('a', after('PT5M')), at(3)]);
      await committed([orderUpdate('b', fallback), at(9)]);
      expect(outcomes()).toEqual(replaced);
      await pass(20 * 60_000);
      expect(titles()).toEqual(fallback ? [['b']] : []);
    },
  );

  it("should end the waiting notification's fallbacks instead of retrying if a send in progress fails", async () => {
    let resolveSend: (result: SendResult) => void = () => undefined;
    const send = vi.fn(() => new Promise<SendResult>((resolve) => (resolveSend = resolve)));
    const channel = { name: 'email', repeatable: false, reaches: () => true, send };
    const { instance, outcomes } = deployment({}, channel);
    const { fallbacks } = instance();
    await fallbacks.committed(commit([orderUpdate('a', after('PT5S')), at(3)]));
    await pass(6_000);
    await fallbacks.committed(commit([orderUpdate('b'), at(9)]));
    expect(outcomes()).toEqual([]);
    resolveSend({ outcome: 'unavailable', reason: 'busy' });
    await pass(20 * 60_000);
    expect([outcomes(), send.mock.calls.length]).toEqual([replaced, 1]);
  });

  it("should end the waiting notification's fallbacks if both are in the same commit", async () => {
    const { committed, outcomes } = world();
    await committed([orderUpdate('a', after('PT5M')), at(3)], [orderUpdate('b'), at(4)]);
    expect(outcomes()).toEqual(replaced);
  });

  it('should only end fallbacks of waiting notifications that precede the new notification in the feed', async () => {
    const { committed, outcomes, waiting } = world();
    await committed([orderUpdate('a', after('PT5M')), at(9)]);
    await committed([orderUpdate('b'), at(3)]);
    await committed([orderUpdate('a', after('PT5M')), at(9)]);
    await committed([{ ...arrival('c'), collapseKey: 'order-2' }, at(12)], [arrival('d'), at(13)]);
    expect([outcomes(), (await waiting()).length]).toEqual([[], 1]);
    await committed([orderUpdate('b2'), at(1, { epoch: '2-b' })]);
    expect(outcomes()).toEqual(replaced);
  });

  it('should not end any fallbacks if the new notification was suppressed or either position is unknown', async () => {
    const { committed, outcomes } = world();
    await committed([orderUpdate('a', after('PT5M')), at(3)]);
    await committed([orderUpdate('b')]);
    await committed([orderUpdate('c', after('PT5M'))]);
    expect(outcomes()).toEqual([]);
    await committed([orderUpdate('d'), at(9)]);
    expect(outcomes()).toEqual(replaced);
  });

  it("should end the waiting notification's fallbacks even if an interrupted turn committed the new one", async () => {
    const { committed, outcomes, positions } = world();
    await committed([orderUpdate('a', after('PT5M')), at(3)]);
    positions.set('b', at(9));
    await committed([orderUpdate('b')]);
    expect(outcomes()).toEqual(replaced);
  });

  it('should cause one read, but no look-ups or writes, if no waiting notification has the key', async () => {
    const { committed, store, lookedUpIds } = world();
    await committed([arrival('a', after('PT5M')), at(3)]);
    const [read, write] = [vi.spyOn(store, 'read'), vi.spyOn(store, 'write')];
    await committed([orderUpdate('b')]);
    expect([read.mock.calls.length, write.mock.calls.length, lookedUpIds]).toEqual([1, 0, []]);
    await committed([arrival('c')]);
    expect(read.mock.calls).toHaveLength(1);
  });

  it("should not stop the turn if this version can't read the document", async () => {
    const { committed, store, failed } = world();
    const waiting = [{ notification: { collapseKey: 'order-1' } }];
    for (const document of [{ v: 99 }, { v: 1 }, { v: 1, waiting }, null as never]) {
      const etag = (await store.read(KEY))?.etag;
      await store.write(KEY, document, etag);
      await committed([orderUpdate('b'), at(9)]);
      expect((await store.read(KEY))?.value).toEqual(document);
    }
    expect(failed).toEqual(['replace', 'replace', 'replace', 'replace']);
  });

  it('should make the turn fail, so that it is retried, if the store is unavailable', async () => {
    const { committed, store, outcomes } = world();
    await committed([orderUpdate('a', after('PT5M')), at(3)]);
    vi.spyOn(store, 'read').mockRejectedValueOnce(new Error('store down'));
    await expect(committed([orderUpdate('b'), at(9)])).rejects.toThrow('store down');
    await committed([orderUpdate('b'), at(9)]);
    expect(outcomes()).toEqual(replaced);
  });

  it("should not get another wake-up if the replaced fallback's wake-up comes earlier", async () => {
    const { committed, set, titles } = world();
    await committed([orderUpdate('a', after('PT1M')), at(3)]);
    await committed([orderUpdate('b', after('PT10M')), at(9)]);
    expect(set).toHaveBeenCalledTimes(1);
    await pass(11 * 60_000);
    expect(titles()).toEqual([['b']]);
  });
});
