import type { ReceiptEvent } from '@tocsin/contracts';
import { pause } from '@tocsin/contracts/pause';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { MAX_WAITING } from '../register.ts';
import { MAX_RECEIPTS } from '../unsent/unsent-receipts.ts';
import { READER, after, arrival, deployment, itemsOf, pass } from '../../../../testing/away/deployment.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const MINUTE = 60_000;

const subjectOf = (event: ReceiptEvent): string => ('subject' in event ? event.subject : '');

it("should publish each fallback's outcome once", async () => {
  const { instance, outcomes } = deployment();
  const published: ReceiptEvent[] = [];
  const { fallbacks } = instance(async (event) => void published.push(event));
  await fallbacks.committed(itemsOf(arrival('a', after('PT1M')), arrival('b', after('PT2M'))));
  await pass(3 * MINUTE);
  expect(published).toMatchObject(
    ['a', 'b'].map((id) => ({
      ...{ type: 'tocsin.fallback.ended', subject: id },
      data: { id, feed: READER, via: 'email', outcome: 'sent' },
    })),
  );
  expect(new Set(published.map(({ id }) => id)).size).toBe(2);
  expect(outcomes()).toEqual([
    ['a', 'sent'],
    ['b', 'sent'],
  ]);
  await pass(60 * MINUTE);
  expect(published).toHaveLength(2);
});

it('should retry with the same id until the broker accepts the event', async () => {
  const { instance, outcomes } = deployment();
  const tried: string[] = [];
  const accepted: string[] = [];
  let isUp = false;
  const publishReceipt = async ({ id }: ReceiptEvent) => {
    tried.push(id);
    if (!isUp) throw new Error('broker down');
    accepted.push(id);
  };
  const { fallbacks } = instance(publishReceipt);
  await fallbacks.committed(itemsOf(arrival('a', after('PT1M'))));
  // Long enough for many retries.
  await pass(30 * MINUTE);
  expect(tried.length).toBeGreaterThan(1);
  isUp = true;
  await pass(MINUTE);
  expect(accepted).toHaveLength(1);
  await pass(10 * MINUTE);
  expect(accepted).toHaveLength(1);
  expect(new Set(tried).size).toBe(1);
  expect(outcomes()).toEqual([['a', 'sent']]);
});

it.each(['settled', 'refused'])(
  'should publish and count all outcomes, even if more are %s at once than fit in a document',
  async (how) => {
    const { instance, receipts } = deployment();
    const published = new Set<string>();
    const { fallbacks } = instance(async ({ id }) => void published.add(id));
    const added = how === 'settled' ? 1_500 : MAX_WAITING + 1_500;
    const due = after(how === 'settled' ? 'PT5S' : 'P1D');
    await fallbacks.committed(itemsOf(...Array.from({ length: added }, (_, n) => arrival(`n${n}`, due))));
    await pass(6_000);
    expect([published.size, receipts.length]).toEqual([1_500, 1_500]);
    const kept = (await fallbacks.stored(READER))?.receipts ?? [];
    expect([kept.length, kept.some(({ unpublished }) => unpublished)]).toEqual([MAX_RECEIPTS, false]);
  },
);

it('should identify the notification by its id in the feed', async () => {
  const { instance, positions } = deployment();
  const published: ReceiptEvent[] = [];
  const { fallbacks } = instance(async (event) => void published.push(event));
  positions.set('a', { epoch: '1-a', offset: 2, id: 'a.ffffffff' });
  await fallbacks.committed(itemsOf(arrival('a', after('PT1M'))));
  await pass(2 * MINUTE);
  expect(published).toMatchObject([{ subject: 'a.ffffffff', data: { id: 'a.ffffffff' } }]);
});

it('should not let a turn wait for the broker', async () => {
  const { instance } = deployment();
  const published: string[] = [];
  const { fallbacks } = instance(async (event) => {
    await pause(1_000);
    published.push(subjectOf(event));
  });
  await fallbacks.committed(itemsOf(arrival('a', after('PT5M')), arrival('b', after('PT5M'))));
  await fallbacks.erase({ feed: READER, ids: ['a', 'b'] });
  expect(published).toEqual([]);
  await pass(5_000);
  expect(published).toEqual(['a', 'b']);
});

it('should not republish events that the broker has accepted if a later event fails', async () => {
  const { instance } = deployment();
  const tried: string[] = [];
  let isUp = false;
  const { fallbacks } = instance(async (event) => {
    tried.push(subjectOf(event));
    if (subjectOf(event) === 'b' && !isUp) throw new Error('broker down');
  });
  await fallbacks.committed(itemsOf(arrival('a', after('PT5M')), arrival('b', after('PT5M'))));
  await fallbacks.erase({ feed: READER, ids: ['a', 'b'] });
  await pass(5_000);
  expect(tried).toEqual(['a', 'b']);
  isUp = true;
  await pass(MINUTE);
  expect(tried).toEqual(['a', 'b', 'b']);
});

it("should publish receipts that a killed process stored but didn't publish", async () => {
  const { instance } = deployment();
  // Simulates a killed process: the event is never accepted and no further code runs.
  const killed = instance(() => new Promise(() => undefined));
  await killed.fallbacks.committed(itemsOf(arrival('a', after('PT1M'))));
  await pass(MINUTE);
  const published: string[] = [];
  const other = instance(async ({ data }) => void published.push(JSON.stringify(data)));
  for (const [name] of killed.set.mock.calls) await other.fallbacks.wake(name);
  expect(published).toEqual([JSON.stringify({ id: 'a', feed: READER, via: 'email', outcome: 'sent' })]);
});

it('should unmark unpublished receipts, and set no wake-ups for them, once RECEIPTS_TOPIC is off', async () => {
  const { instance, outcomes } = deployment();
  const { fallbacks } = instance(() => Promise.reject(new Error('broker down')));
  await fallbacks.committed(itemsOf(arrival('a', after('P1D')), arrival('b', after('P1D'))));
  await fallbacks.erase({ feed: READER, ids: ['a'] });
  const other = instance();
  await other.fallbacks.erase({ feed: READER, ids: ['b'] });
  expect(other.set).not.toHaveBeenCalled();
  expect(JSON.stringify(await other.fallbacks.stored(READER))).not.toContain('unpublished');
  expect(outcomes().map(([id]) => id)).toEqual(['a', 'b']);
});

describe('while the broker is slow or down', () => {
  it("should publish a reader's receipts once, even if several wake-ups are delivered", async () => {
    const { instance } = deployment();
    const published: string[] = [];
    const { fallbacks } = instance(async (event) => {
      await pause(1_000);
      published.push(subjectOf(event));
    });
    const ids = Array.from({ length: 5 }, (_, n) => `n${n}`);
    await fallbacks.committed(itemsOf(...ids.map((id) => arrival(id, after('P1D')))));
    for (const id of ids) {
      await fallbacks.erase({ feed: READER, ids: [id] });
      await pass(500);
    }
    await pass(20_000);
    expect(published).toEqual(ids);
  });

  it('should end further wake-ups at once, so that they leave room for other readers', async () => {
    const { instance } = deployment();
    const { fallbacks, set } = instance(() => new Promise(() => undefined));
    await fallbacks.committed(itemsOf(arrival('a', after('P1D')), arrival('b', after('P1D'))));
    await fallbacks.erase({ feed: READER, ids: ['a'] });
    await fallbacks.erase({ feed: READER, ids: ['b'] });
    const names = set.mock.calls.map(([name]) => name);
    await pass(1_000);
    set.mockClear();
    const ended = vi.fn<(isKnown: boolean) => void>();
    void fallbacks.wake(names.at(-1) ?? '').then(ended);
    await pass(1_000);
    expect(ended).toHaveBeenCalledWith(true);
    expect(set).toHaveBeenCalled();
  });

  it("should send other readers' due fallbacks, however many readers have unpublished receipts", async () => {
    const { instance, titles } = deployment();
    const { fallbacks } = instance(() => new Promise(() => undefined));
    const others = Array.from({ length: 700 }, (_, n) => `user:${n}`);
    const itemOf = (feed: string) => ({ seq: 1, index: 0, item: { ...arrival('a', after('P1D')), feed } });
    await fallbacks.committed(new Map(others.map((feed) => [feed, [itemOf(feed)]])));
    await Promise.all(others.map((feed) => fallbacks.erase({ feed, ids: ['a'] })));
    await fallbacks.committed(itemsOf(arrival('due', after('PT5S'))));
    await pass(10_000);
    expect(titles()).toEqual([['due']]);
  });

  it('should set a wake-up in the next turn if a killed process stored receipts but set no wake-up', async () => {
    const { instance } = deployment();
    const publishReceipt = () => Promise.reject(new Error('broker down'));
    const killed = instance(publishReceipt);
    await killed.fallbacks.committed(itemsOf(arrival('a', after('P1D')), arrival('b', after('P1D'))));
    killed.set.mockRejectedValue(new Error('killed'));
    await expect(killed.fallbacks.erase({ feed: READER, ids: ['a'] })).rejects.toThrow('killed');
    const other = instance(publishReceipt);
    await other.fallbacks.committed(itemsOf(arrival('c', after('P2D'))));
    expect(other.set.mock.calls[0]?.[1]).toBeLessThan(Date.now() + MINUTE + 1);
  });

  it('should set an immediate wake-up in turns that add receipts, and one later wake-up for all other turns', async () => {
    const { instance } = deployment();
    const { fallbacks, set } = instance(() => Promise.reject(new Error('broker down')));
    await fallbacks.committed(itemsOf(arrival('a', after('P1D'))));
    await fallbacks.erase({ feed: READER, ids: ['a'] });
    await pass(1_000);
    set.mockClear();
    for (let turn = 0; turn < 10; turn++) await fallbacks.erase({ feed: READER, ids: ['b'] });
    expect(new Set(set.mock.calls.map(([name]) => name)).size).toBe(1);
    expect(set.mock.calls[0]?.[1]).toBeGreaterThan(Date.now() + 25_000);
  });
});
