import type { UnsentName } from '@tocsin/contracts';
import { pause } from '@tocsin/contracts/pause';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { READER, after, arrival, deployment, itemsOf, pass } from '../../../../testing/away/deployment.ts';
import { KEY, REFUSED, listOf, namesIn, deploymentWithUnsent } from '../../../../testing/away/refused.ts';
import { awayKey, hashOfReader, type AwayDocument } from '../document.ts';
import { MAX_WAITING } from '../register.ts';

beforeEach(() => void vi.useFakeTimers({ now: new Date('2026-01-01T10:00:00Z') }));
afterEach(() => void vi.useRealTimers());

describe('resending', () => {
  it('should skip the batching delay and take the fallback off the list', async () => {
    const { fallbacks, names, titles, outcomes } = await deploymentWithUnsent(['a'], [REFUSED], 60_000);
    expect(await fallbacks.unsent.sendAgain(names)).toEqual({ done: 1, failed: [] });
    await pass(1_000);
    expect(titles().at(-1)).toEqual(['a from the feed']);
    expect(outcomes().at(-1)).toEqual(['a', 'sent']);
    expect(await listOf(fallbacks)).toEqual([]);
  });

  it('should batch multiple fallbacks into one message', async () => {
    const { fallbacks, names, titles } = await deploymentWithUnsent(['a', 'b', 'c']);
    expect(await fallbacks.unsent.sendAgain(names)).toEqual({ done: 3, failed: [] });
    await pass(1_000);
    expect(titles().slice(3)).toEqual([['c', 'b', 'a'].map((id) => `${id} from the feed`)]);
  });

  it("should keep the fallback's `unless` condition and the event source's hash", async () => {
    const { instance, presetResults, standings, titles, store } = deployment();
    const { fallbacks } = instance();
    presetResults.push(REFUSED);
    const item = { ...arrival('a', after('PT1S', 'seen')), sourceHash: 'abc' };
    await fallbacks.committed(itemsOf(item));
    await pass(2_000);
    standings.set('a', 'seen');
    await fallbacks.unsent.sendAgain(await namesIn(fallbacks));
    const stored = (await store.read(KEY))?.value as AwayDocument;
    expect(stored.waiting).toMatchObject([{ id: 'a', sourceHash: 'abc', steps: [{ unless: 'seen' }] }]);
    await pass(1_000);
    expect(titles()).toHaveLength(1);
  });

  it('should not be undone by the retraction of another notification that was published with the same id', async () => {
    const { instance, presetResults, store, titles } = deployment();
    const { fallbacks } = instance();
    presetResults.push(REFUSED);
    const item = { ...arrival('7', after('PT1S')), sourceHash: 'b'.repeat(16) };
    const position = { epoch: '1-a', offset: 4, id: '7.bbbbbbbb' };
    await fallbacks.committed(new Map([[READER, [{ item, position }]]]));
    await pass(2_000);
    await fallbacks.unsent.sendAgain(await namesIn(fallbacks));
    await fallbacks.erase({ feed: READER, ids: ['7'] });
    await pass(1_000);
    expect(titles()).toHaveLength(2);
    const stored = (await store.read(KEY))?.value as AwayDocument;
    expect(stored.receipts.map(({ publishedId }) => publishedId)).toEqual(['7.bbbbbbbb', '7.bbbbbbbb']);
  });

  it('should suppress the fallback and publish a receipt if the notification was read or has left the history', async () => {
    const { fallbacks, names, standings, outcomes } = await deploymentWithUnsent(['a', 'b']);
    standings.set('a', 'read');
    standings.set('b', 'left the history');
    await fallbacks.unsent.sendAgain(names);
    await pass(1_000);
    expect(new Set(outcomes().slice(2))).toEqual(
      new Set([
        ['a', 'suppressed', 'read'],
        ['b', 'suppressed', 'left the history'],
      ]),
    );
    expect(await listOf(fallbacks)).toEqual([]);
  });

  it('should put the fallback back on the list if the channel refuses it again', async () => {
    const { fallbacks, names, presetResults } = await deploymentWithUnsent(['a']);
    presetResults.push(REFUSED);
    await fallbacks.unsent.sendAgain(names);
    await pass(1_000);
    expect((await namesIn(fallbacks)).map(({ id }) => id)).toEqual(['a']);
    expect(await namesIn(fallbacks)).not.toEqual(names);
  });

  it('should be a no-op when repeated, whether or not the message has been sent', async () => {
    const { fallbacks, names, sent, readDocument } = await deploymentWithUnsent(['a']);
    await fallbacks.unsent.sendAgain([...names, ...names]);
    expect(await fallbacks.unsent.sendAgain(names)).toEqual({ done: 1, failed: [] });
    expect((await readDocument()).waiting.flatMap(({ steps }) => steps)).toHaveLength(1);
    await pass(1_000);
    await fallbacks.unsent.sendAgain(names);
    await pass(10 * 60_000);
    expect(sent).toHaveLength(2);
  });

  it('should add only one step if the channel refused two fallbacks for the same notification', async () => {
    const { instance, presetResults, sent, outcomes } = deployment();
    const { fallbacks } = instance();
    presetResults.push(REFUSED, REFUSED);
    await fallbacks.committed(itemsOf(arrival('a', [...after('PT1S'), ...after('PT5S')])));
    await pass(8_000);
    const names = await namesIn(fallbacks);
    expect(await fallbacks.unsent.sendAgain(names)).toEqual({ done: 2, failed: [] });
    await pass(1_000);
    expect([sent.length, outcomes().slice(2)]).toEqual([3, [['a', 'sent']]]);
  });

  it("should not affect the notification's later fallbacks", async () => {
    const { instance, presetResults, titles } = deployment();
    const { fallbacks } = instance();
    presetResults.push(REFUSED);
    const item = arrival('a', [...after('PT1S'), ...after('PT1H')]);
    await fallbacks.committed(itemsOf(item));
    await pass(2_000);
    await fallbacks.unsent.sendAgain(await namesIn(fallbacks));
    await pass(1_000);
    expect(titles()).toEqual([['a'], ['a']]);
    await pass(60 * 60_000);
    expect(titles()).toHaveLength(3);
  });

  it('should not send a second message while a message about the same notification is being sent', async () => {
    const { instance, presetResults, titles, readDocument } = await deploymentWithUnsent([]);
    const { fallbacks } = instance();
    presetResults.push(REFUSED, 'never');
    await fallbacks.committed(itemsOf(arrival('a', [...after('PT1S'), ...after('PT10S')])));
    await pass(2_000);
    const names = await namesIn(fallbacks);
    await pass(9_000);
    expect((await readDocument()).sending).toHaveLength(1);
    expect(await fallbacks.unsent.sendAgain(names)).toEqual({ done: 1, failed: [] });
    await pass(10 * 60_000);
    expect(titles()).toEqual([['a'], ['a']]);
    expect(await listOf(fallbacks)).toMatchObject([{ id: 'a', outcome: 'unknown' }]);
  });

  it("should respect the limit of waiting notifications, and report the fallbacks that it couldn't send", async () => {
    const { fallbacks, names, store } = await deploymentWithUnsent(['a', 'b']);
    const full = Array.from({ length: MAX_WAITING - 1 }, (_, n) => arrival(`n${n}`, after('PT1H')));
    await fallbacks.committed(itemsOf(...full));
    const [b, a] = names as [UnsentName, UnsentName];
    const other = { ...a, reader: 'user:nobody' };
    const wrong = [
      { ...a, at: '2026-01-01T00:00:00Z' },
      { ...a, id: 'z' },
      { ...a, via: 'push' },
    ];
    const result = await fallbacks.unsent.sendAgain([b, a, other, ...wrong]);
    expect(result.done).toBe(1);
    expect(result.failed).toEqual([
      { ...a, code: 'full', detail: `The reader already has ${MAX_WAITING} notifications waiting.` },
      ...[...wrong, other].map((name) => ({
        ...{ ...name, code: 'not_found', detail: 'The unsent fallback was not found.' },
      })),
    ]);
    expect((await namesIn(fallbacks)).map(({ id }) => id)).toEqual(['a']);
    expect(await store.read(awayKey(hashOfReader('user:nobody')))).toBeUndefined();
  });

  it('should report a nonexistent channel', async () => {
    const { instance } = deployment();
    const { fallbacks } = instance();
    await fallbacks.committed(itemsOf(arrival('a', [{ after: 'PT1S', via: 'fax' }])));
    await pass(2_000);
    const { done, failed } = await fallbacks.unsent.sendAgain(await namesIn(fallbacks));
    expect([done, failed]).toEqual([0, [expect.objectContaining({ code: 'no_channel' })]]);
    expect(await listOf(fallbacks)).toHaveLength(1);
  });

  it('should work for receipts from earlier versions', async () => {
    const { fallbacks, store, names, titles, readDocument } = await deploymentWithUnsent(['a']);
    const { receipts, ...rest } = await readDocument();
    const old = receipts.map(({ unless: _, sourceHash: _hash, ...receipt }) => receipt);
    await store.write(KEY, { ...rest, receipts: old }, (await store.read(KEY))?.etag);
    expect(await fallbacks.unsent.sendAgain(names)).toEqual({ done: 1, failed: [] });
    await pass(1_000);
    expect(titles()).toHaveLength(2);
  });
});

describe('resending if the process or a dependency fails', () => {
  it('should not change anything if the wake-up that precedes the write cannot be set', async () => {
    const { fallbacks, names, set, readDocument } = await deploymentWithUnsent(['a']);
    const before = await readDocument();
    set.mockRejectedValueOnce(new Error('down'));
    const result = await fallbacks.unsent.sendAgain(names);
    expect(result).toMatchObject({ done: 0, failed: [{ id: 'a', code: 'unavailable' }] });
    expect(await readDocument()).toEqual(before);
    expect(await listOf(fallbacks)).toHaveLength(1);
  });

  it('should still send the resent fallback and later ones if the process is killed after the document is written', async () => {
    const { instance, fallbacks, names, set, titles } = await deploymentWithUnsent(['a']);
    const wakeUps: [string, number][] = [];
    set
      .mockImplementationOnce(async (...wakeUp) => void wakeUps.push(wakeUp))
      .mockImplementationOnce(() => new Promise(() => undefined));
    void fallbacks.unsent.sendAgain(names);
    await pass(1_000);
    const other = instance();
    await other.fallbacks.committed(itemsOf(arrival('b', after('PT5M'))));
    expect(titles()).toHaveLength(1);
    for (const [name, at] of wakeUps) {
      await pass(at - Date.now());
      await other.fallbacks.wake(name);
    }
    await pass(1_000);
    expect(titles().slice(1)).toEqual([['a from the feed']]);
    await pass(10 * 60_000);
    expect(titles().at(-1)).toEqual(['b']);
  });

  it('should succeed even if the wake-up that follows the write cannot be set', async () => {
    const { fallbacks, names, set, titles, failed } = await deploymentWithUnsent(['a']);
    const wakeUps: [string, number][] = [];
    set
      .mockImplementationOnce(async (...wakeUp) => void wakeUps.push(wakeUp))
      .mockRejectedValueOnce(new Error('down'));
    expect(await fallbacks.unsent.sendAgain(names)).toEqual({ done: 1, failed: [] });
    expect(failed).toEqual(['close-unsent']);
    await pass(5 * 60_000);
    await fallbacks.wake(wakeUps[0]?.[0] ?? '');
    await pass(1_000);
    expect(titles()).toHaveLength(2);
  });

  it('should send only once if the response to the write was lost', async () => {
    const { fallbacks, store, names, sent } = await deploymentWithUnsent(['a']);
    const write = store.write.bind(store);
    vi.spyOn(store, 'write').mockImplementationOnce(async (...args) => {
      await write(...args);
      throw new Error('no response');
    });
    expect(await fallbacks.unsent.sendAgain(names)).toEqual({ done: 1, failed: [] });
    await pass(10 * 60_000);
    expect(sent).toHaveLength(2);
  });

  it("should time out if the store doesn't respond, and report the unchanged fallbacks", async () => {
    const { fallbacks, store, names } = await deploymentWithUnsent(['a']);
    const other = Array.from({ length: 99 }, (_, n) => ({
      ...(names[0] as UnsentName),
      reader: `user:${n}`,
    }));
    const read = vi.spyOn(store, 'read').mockImplementation(async () => {
      await pause(3_000);
      throw new Error('no response');
    });
    const closing = fallbacks.unsent.sendAgain([...other, ...names]);
    await pass(50_000);
    const { done, failed } = await closing;
    expect([done, failed.length, failed[99]?.code]).toEqual([0, 100, 'unavailable']);
    expect(read.mock.calls.length).toBeLessThan(20);
  });

  it("should still change other readers' fallbacks if changing one reader's document fails", async () => {
    const { fallbacks, store, names } = await deploymentWithUnsent(['a']);
    const other = awayKey(hashOfReader('user:later'));
    await store.write(other, { v: 2 }, undefined);
    const later = { ...(names[0] as UnsentName), reader: 'user:later' };
    const result = await fallbacks.unsent.sendAgain([later, ...names]);
    expect(result).toMatchObject({ done: 1, failed: [{ reader: 'user:later', code: 'unavailable' }] });
  });
});

it('should not send dismissed fallbacks, but keep the receipts', async () => {
  const { fallbacks, names, sent, readDocument, receipts } = await deploymentWithUnsent(['a', 'b']);
  const [b, a] = names as [UnsentName, UnsentName];
  expect(await fallbacks.unsent.dismiss([a])).toEqual({ done: 1, failed: [] });
  expect(await fallbacks.unsent.dismiss([a])).toEqual({ done: 1, failed: [] });
  expect(await namesIn(fallbacks)).toEqual([b]);
  expect(await fallbacks.unsent.sendAgain([a])).toMatchObject({ done: 0, failed: [{ code: 'not_found' }] });
  expect((await readDocument()).receipts.map(({ closed }) => closed)).toEqual(['dismissed', undefined]);
  await pass(10 * 60_000);
  expect([sent.length, receipts.length]).toEqual([2, 2]);
});
