import { foundNotificationSchema, type Operation, type SetAside } from '@tocsin/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serveBff, type ServedBff } from '../../../../testing/served-bff.ts';
import type { MemorySetAside } from '../../../memory/set-aside.ts';

let bff: ServedBff;
const operations: Operation[] = [];
let scheduled: number | null = null;
beforeAll(async () => {
  bff = await serveBff({ PUBLISHED_ON: 'loopback', HISTORY_MAX: '3' });
  bff.backend.operateWith(async (operation) => {
    operations.push(operation);
    return operation.do === 'retract' ? { status: 202, body: {} } : { status: 200, body: { at: scheduled } };
  });
});
afterAll(() => bff.stop());

const find = async (id: string, feed = 'topic:find') => {
  const query = new URLSearchParams({ id, feed }).toString();
  const response = await fetch(`${bff.url}/app/ops/find?${query}`);
  expect([response.status, response.headers.get('cache-control')]).toEqual([200, 'no-store']);
  return foundNotificationSchema.parse(await response.json());
};
const retract = (body: unknown) =>
  fetch(`${bff.url}/app/ops/retract`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

describe('GET /app/ops/find', () => {
  it("should find a notification in the feed, and report when it's gone", async () => {
    await bff.publish('topic:find', 'one');
    await bff.publish('topic:find', 'two');
    expect(await find('two')).toEqual({
      ...{ id: 'two', feed: 'topic:find', unsearched: ['entries'] },
      found: [{ place: 'recorded', offset: 2, createdAt: expect.any(String) as string }],
    });
    expect((await find('two', 'all')).found).toEqual([]);
    await bff.retract('topic:find', 'two');
    expect((await find('two')).found).toMatchObject([{ place: 'gone', reason: 'retracted' }]);
    await bff.retract('topic:find', 'never');
    expect((await find('never')).found).toMatchObject([{ place: 'gone', reason: 'retracted' }]);
  });

  it('should report that the feed still remembers the id of a notification that it no longer stores', async () => {
    await bff.publish('topic:long', 'first');
    for (let n = 0; n < 600; n += 50) {
      const ids = Array.from({ length: 50 }, (_, index) => `later-${n + index}`);
      await bff.publishMany('topic:long', ids);
    }
    expect((await find('first', 'topic:long')).found).toEqual([{ place: 'forgotten' }]);
  });

  it('should find an id in set-aside records and scheduled notifications', async () => {
    const records = (bff.backend.setAside as MemorySetAside).records;
    const record: Omit<SetAside, 'entry' | 'content'> = {
      v: 1,
      feed: 'topic:find',
      reason: 'expired',
      faults: [],
      at: '2026-01-01T00:00:00Z',
    };
    const content = JSON.stringify({ notifications: [{ id: 'other' }, { id: 'aside', title: 'has three' }] });
    records.set('entry:a', { ...record, entry: 'entry:a', content });
    scheduled = Date.UTC(2026, 0, 2);
    expect((await find('aside')).found).toEqual([
      { place: 'setAside', entry: 'entry:a', reason: 'expired' },
      { place: 'scheduled', at: '2026-01-02T00:00:00.000Z' },
    ]);
    scheduled = null;
    expect((await find('three')).found, 'only in a title').toEqual([]);
  });

  it("should report any places that it couldn't search", async () => {
    const { readHead } = bff.backend.log;
    bff.backend.log.readHead = () => Promise.reject(new Error('down'));
    const { found, unsearched } = await find('one');
    bff.backend.log.readHead = readHead.bind(bff.backend.log);
    expect([found, unsearched]).toEqual([[], ['feed', 'entries']]);
  });

  it('should refuse an invalid id', async () => {
    expect((await fetch(`${bff.url}/app/ops/find?id=a%20b`)).status).toBe(400);
    expect((await fetch(`${bff.url}/app/ops/find`)).status).toBe(400);
  });
});

describe('POST /app/ops/retract', () => {
  it('should pass the retraction to the producer and record the actor', async () => {
    const response = await retract({ id: 'one', feed: 'topic:find' });
    expect([response.status, await response.json()]).toEqual([202, { ids: ['one'] }]);
    expect(operations.at(-1)).toEqual({ do: 'retract', id: 'one', feed: 'topic:find' });
    expect((await retract({ feed: 'topic:find' })).status).toBe(400);
    await expect
      .poll(async () => JSON.stringify(await (await fetch(`${bff.url}/app/ops/audit`)).json()))
      .toMatch(/"action":"retract","outcome":"done"/);
  });

  it('should report an unknown outcome', async () => {
    bff.backend.operateWith(() => Promise.reject(new Error('down')));
    const response = await retract({ id: 'one' });
    expect([response.status, await response.json()]).toMatchObject([503, { ids: ['one'] }]);
  });
});
