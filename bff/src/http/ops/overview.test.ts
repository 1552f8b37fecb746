import {
  opsHistorySchema,
  opsStatusSchema,
  problemSchema,
  putBackResultSchema,
  type SetAside,
} from '@tocsin/contracts';
import { ProducerRefusedError, VERSION } from '@tocsin/service';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serveBff, type ServedBff } from '../../../testing/served-bff.ts';
import { aPastHour } from '../../../testing/suites/past-hour-store.ts';
import type { MemorySetAside } from '../../memory/set-aside.ts';

let bff: ServedBff;
let records: MemorySetAside['records'];
beforeAll(async () => {
  const links = { RUNBOOK_URL: 'https://wiki.example/ops', GRAFANA_URL: 'https://grafana.example/d/1' };
  bff = await serveBff({ PUBLISHED_ON: 'loopback', INSTANCE_NAME: 'one', ...links });
  records = (bff.backend.setAside as MemorySetAside).records;
});
afterAll(() => bff.stop());

const get = async (path: string): Promise<unknown> => (await fetch(`${bff.url}${path}`)).json();
const post = (path: string, body: unknown): Promise<Response> =>
  fetch(`${bff.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

it("should report the instance's version and links, and that all dependencies respond", async () => {
  const status = opsStatusSchema.parse(await get('/app/ops/status'));
  expect(status).toMatchObject({ instance: 'one', version: VERSION, failing: [] });
  expect(status.links).toEqual({
    runbook: 'https://wiki.example/ops',
    grafana: 'https://grafana.example/d/1',
  });
});

it('should list the metrics of the past hour for all instances, even stopped instances, sorted by name', async () => {
  const [late, early] = [aPastHour({ instance: 'b:2' }), aPastHour({ instance: 'b:1' })];
  for (const past of [late, early, aPastHour({ instance: 'b:0', at: '2026-01-01T00:00:00Z' })])
    await bff.backend.past.save(past);
  const { instances } = opsHistorySchema.parse(await get('/app/ops/history'));
  expect(instances.filter(({ instance }) => instance.startsWith('b:'))).toEqual([early, late]);
});

it('should report that an instance was shut down', async () => {
  const other = await serveBff({ PUBLISHED_ON: 'loopback', INSTANCE_NAME: 'stopped' });
  await expect.poll(() => other.backend.past.find('stopped')).toBeDefined();
  await other.stop();
  expect(await other.backend.past.find('stopped')).toMatchObject({
    stoppedAt: expect.any(String) as string,
    minutes: [{ connections: 0 }],
  });
});

describe('POST /app/ops/dead-letters/put-back', () => {
  let seq = 0;
  const setAside = (members: Partial<SetAside>): SetAside => {
    const record: SetAside = {
      ...{ v: 1, entry: `entry:P0000001:all:${++seq}`, feed: 'all', reason: 'invalid', faults: [] },
      ...{ content: null, at: '2026-01-01T00:00:00.000Z', ...members },
    };
    records.set(record.entry, record);
    return record;
  };
  const content = (id: string): string => {
    const createdAt = new Date().toISOString();
    return JSON.stringify({ v: 1, notifications: [{ id, feed: 'all', title: id, createdAt }] });
  };
  const putBack = async (skip: number) => {
    const response = await post('/app/ops/dead-letters/put-back', { skip, until: '2026-01-02T00:00:00Z' });
    expect(response.status).toBe(200);
    return putBackResultSchema.parse(await response.json());
  };

  it("should put back the oldest records in batches, and report any that can't be put back", async () => {
    const bad = setAside({});
    for (let n = 0; n < 24; n++) setAside({ content: content(`back-${n}`) });
    const later = setAside({ content: content('later'), at: '2026-01-03T00:00:00Z' });
    const first = await putBack(0);
    expect(first).toEqual({
      putBack: 19,
      failed: [{ entry: bad.entry, detail: expect.stringContaining('no usable content') as string }],
      more: true,
    });
    expect(await putBack(1)).toEqual({ putBack: 5, failed: [], more: false });
    expect([...records.keys()]).toEqual([bad.entry, later.entry]);
    expect((await get('/app/notifications')) as object).toMatchObject({ offset: 24 });
  });

  it('should continue after records that have expired', async () => {
    const { names } = bff.backend.setAsideRecords;
    bff.backend.setAsideRecords.names = () =>
      Promise.resolve(Array.from({ length: 30 }, (_, n) => `gone-${n}`));
    const result = await putBack(0);
    bff.backend.setAsideRecords.names = names.bind(bff.backend.setAsideRecords);
    expect(result).toMatchObject({ putBack: 0, more: true });
    expect(result.failed).toHaveLength(20);
    expect(result.failed[0]).toEqual({ entry: 'gone-29', detail: 'gone-29 no longer exists.' });
  });

  it('should say why the producer refused an event', async () => {
    const { entry } = setAside({ content: content('refused') });
    const { putBack: original } = bff.backend.setAsideRecords;
    bff.backend.setAsideRecords.putBack = () =>
      Promise.reject(new ProducerRefusedError('The producer did not accept it: Too many requests.'));
    const body = { skip: 0, until: '2026-01-02T00:00:00Z' };
    const responses = [
      await post('/app/ops/dead-letters/put-back', body),
      await post(`/app/ops/dead-letters/${encodeURIComponent(entry)}/put-back`, {}),
    ];
    bff.backend.setAsideRecords.putBack = original.bind(bff.backend.setAsideRecords);
    const details = responses.map(async (response) => problemSchema.parse(await response.json()).detail);
    expect(responses.map(({ status }) => status)).toEqual([503, 503]);
    expect(await Promise.all(details)).toEqual([
      'The producer did not accept it: Too many requests. Put back so far: 0. Try again.',
      'The producer did not accept it: Too many requests. Try again.',
    ]);
  });

  it('should refuse invalid bodies and other methods', async () => {
    expect((await post('/app/ops/dead-letters/put-back', {})).status).toBe(400);
    expect((await fetch(`${bff.url}/app/ops/dead-letters/put-back`)).status).toBe(405);
  });
});
