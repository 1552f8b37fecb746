import { randomBytes } from 'node:crypto';
import {
  REFUSED_EVENT_PREFIX,
  SNAPSHOT_LIFE_SECONDS,
  setAsideListSchema,
  entryKey,
  foundNotificationSchema,
  instancesSchema,
  opsHistorySchema,
  opsStatusSchema,
  scheduleListSchema,
  type InstanceSnapshot,
  type ListedSetAside,
} from '@tocsin/contracts';
import { createNotificationClient } from '@tocsin/client';
import { startStack, type Pair, type Stack } from '@tocsin/tools';
import { SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ClaimCheck } from '../support/redis/claim-check.ts';
import { eventually } from '../support/state.ts';

const SECRET = randomBytes(32).toString('hex');
const FEED = 'topic:ops';
const JSON_TYPE = { 'content-type': 'application/json' };

let stack: Stack;
let first: Pair;
let check: ClaimCheck;
let token: string;
const shown: string[] = [];
let close = () => {};

const tokenWith = (roles: string[]) =>
  new SignJWT({ sub: 'ada', feeds: ['*'], roles })
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuer('tocsin')
    .setAudience('tocsin')
    .setExpirationTime('1h')
    .sign(Buffer.from(SECRET));

beforeAll(async () => {
  stack = await startStack({
    bffEnv: (index) => ({ AUTH_MODE: 'jwt', INSTANCE_NAME: `bff-${index + 1}` }),
    secrets: { NOTIFICATION_SECRETS_jwt: SECRET },
  });
  first = stack.bffs[0] as Pair;
  check = new ClaimCheck(stack.producers[0] as Pair);
  token = await tokenWith(['ops']);
  const client = createNotificationClient({ url: stack.bffs[1]?.url ?? '', getToken: () => tokenWith([]) });
  close = () => client.close();
  client.subscribe(FEED, {
    onPublications: (publications) => shown.push(...publications.map(({ notification }) => notification.id)),
  });
  await eventually(async () => client.status === 'live');
});
afterAll(async () => {
  close();
  await stack.stop();
});

const call = (path: string, init: RequestInit = {}, pair = first) =>
  fetch(`${pair.url}${path}`, { ...init, headers: { ...JSON_TYPE, authorization: `Bearer ${token}` } });
const post = (path: string, body: unknown = {}) => call(path, { method: 'POST', body: JSON.stringify(body) });
const recordPath = (entry: string) => `/app/ops/dead-letters/${encodeURIComponent(entry)}`;
const listRecords = async () => setAsideListSchema.parse(await (await call('/app/ops/dead-letters')).json());
const findRecord = (matches: (record: ListedSetAside) => boolean) =>
  eventually(async () => (await listRecords()).deadLetters.find(matches));
const rows = async (pair?: Pair): Promise<InstanceSnapshot[]> =>
  instancesSchema.parse(await (await call('/app/ops/instances', {}, pair)).json()).instances;

describe('the ops page with two instances', () => {
  it('should deliver a notification composed on one instance to a client on another', async () => {
    const response = await post('/app/compose', { id: 'composed', feed: FEED, title: 'From the page' });
    expect([response.status, await response.json()]).toEqual([202, { ids: ['composed'] }]);
    await eventually(async () => shown.includes('composed'));
  });

  it('should find and retract a composed notification, whether scheduled or already shown', async () => {
    // On a busy machine, a searched place might not respond in time. The result then lists the place as unsearched.
    const find = (id: string) =>
      eventually(async () => {
        const response = await call(`/app/ops/find?id=${id}&feed=${FEED}`);
        const result = foundNotificationSchema.parse(await response.json());
        return result.unsearched.length === 0 && result;
      });
    const dueSoon = { id: 'soon', feed: FEED, title: 'x', deliverAt: new Date(Date.now() + 30_000) };
    const dueLater = { ...dueSoon, id: 'later', deliverAt: new Date(Date.now() + 3_600_000) };
    for (const body of [dueSoon, dueLater]) expect((await post('/app/compose', body)).status).toBe(202);
    expect(await find('composed')).toMatchObject({ found: [{ place: 'recorded' }] });
    for (const id of ['soon', 'later'])
      expect(await find(id)).toMatchObject({ found: [{ place: 'scheduled' }] });
    expect(await find('nowhere')).toMatchObject({ found: [] });
    const listed = async () => {
      const { next, count } = scheduleListSchema.parse(await (await call('/app/ops/schedules')).json());
      expect(count).toBe(next.length);
      return next.map(({ id, feed, deliverAt }) => [id, feed, Date.parse(deliverAt)]);
    };
    expect(await listed()).toEqual(
      [dueSoon, dueLater].map(({ id, feed, deliverAt }) => [id, feed, +deliverAt]),
    );
    for (const id of ['soon', 'later', 'composed'])
      expect((await post('/app/ops/retract', { id, feed: FEED })).status).toBe(202);
    await eventually(async () => (await find('composed')).found[0]?.place === 'gone');
    expect((await find('later')).found).toMatchObject([{ place: 'gone', reason: 'retracted' }]);
    // The producer caches the list for 15 s.
    await eventually(async () => (await listed()).length === 0, 40_000);
  });

  it('should show all errors that the producer reports', async () => {
    const response = await post('/app/compose', { title: '', severity: 'loud', actions: [{ label: 'x' }] });
    expect(response.status).toBe(400);
    const { errors } = (await response.json()) as { errors: { path: string }[] };
    expect(errors.map(({ path }) => path).sort()).toEqual(['actions.0.link', 'severity', 'title']);
  });

  it('should show live values from both instances on each instance’s ops page', async () => {
    const all = () => Promise.all(stack.bffs.map((pair) => rows(pair)));
    const names = await eventually<InstanceSnapshot[][]>(async () => {
      const seen = await all();
      return seen.every((list) => list.length === 2) && seen;
    });
    for (const list of names) expect(list.map(({ instance }) => instance)).toEqual(['bff-1', 'bff-2']);
    await eventually(async () => (await rows())[1]?.connections === 1 && (await rows())[1]?.feeds === 1);
    let sent = 0;
    await eventually(async () => {
      await post(
        '/app/compose',
        Array.from({ length: 20 }, () => ({ id: `many-${sent++}`, feed: FEED, title: 'x' })),
      );
      const [first, second] = await rows();
      const accepted = (first?.accepted ?? 0) + (second?.accepted ?? 0);
      return accepted > 0 && (first?.delivered ?? 0) > 0 && (second?.delivered ?? 0) > 0 && second?.p99Ms;
    });
    await eventually(async () => {
      await post('/app/compose', { id: 'composed', feed: FEED, title: 'again' });
      return (await rows()).some(({ suppressed }) => suppressed > 0);
    });
  });

  it('should show each instance’s version, queue and Redis memory, and all dependencies as available', async () => {
    // The previous test has only just stopped publishing.
    const queues = async () => (await rows()).map(({ queue }) => queue?.waiting);
    await expect.poll(queues).toEqual([0, 0]);
    for (const { version, redis } of await rows()) {
      expect(version).toMatch(/^\d+\.\d+\.\d+/);
      expect(redis?.used).toBeGreaterThan(0);
      expect(redis?.limit).toBeGreaterThan(redis?.used ?? 0);
    }
    const status = opsStatusSchema.parse(await (await call('/app/ops/status')).json());
    expect(status).toMatchObject({ instance: 'bff-1', failing: [] });
  });

  it('should list a set-aside record and put it back into the feed', async () => {
    const id = await check.deposit(FEED, 1, (entry) => ({ ...entry, expiresAt: '2020-01-01T00:00:00Z' }));
    await check.announce(FEED, 1);
    const entry = entryKey({ run: check.run, feed: FEED, seq: 1 });
    const listed = await findRecord((record) => record.entry === entry);
    expect(listed).toMatchObject({ reason: 'expired', feed: FEED });
    expect(listed.content).toContain(id);
    expect((await post(`${recordPath(entry)}/put-back`)).status).toBe(204);
    await eventually(async () => shown.includes(id));
    expect((await listRecords()).total).toBe(0);
  });

  it('should resend a rejected event to the producer, show the remaining errors, and delete the event', async () => {
    const shop = await stack.startExternalSidecar('shop');
    await fetch(`${shop.daprUrl}/v1.0/publish/notification-pubsub/notifications`, {
      method: 'POST',
      headers: { ...shop.daprHeaders, ...JSON_TYPE },
      body: JSON.stringify({ title: '' }),
    });
    const { entry } = await findRecord((record) => record.entry.startsWith(REFUSED_EVENT_PREFIX));
    const response = await post(`${recordPath(entry)}/put-back`);
    expect(response.status).toBe(409);
    expect(await response.text()).toContain('title: ');
    expect((await call(recordPath(entry), { method: 'DELETE' })).status).toBe(204);
    expect((await call(recordPath(entry), { method: 'DELETE' })).status).toBe(404);
    expect((await listRecords()).total).toBe(0);
  });

  it('should report a producer that doesn’t respond', async () => {
    await stack.producers[0]?.stop();
    const response = await post('/app/compose', { id: 'nobody', title: 'x' });
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ code: 'unavailable', ids: ['nobody'] });
  });

  it('should remove a killed instance, and bring it back after a restart', async () => {
    await stack.bffs[1]?.app.kill();
    const names = async () => (await rows()).map(({ instance }) => instance);
    await eventually(async () => (await names()).length === 1, 2_000 * SNAPSHOT_LIFE_SECONDS);
    expect(await names()).toEqual(['bff-1']);
    const past = async () =>
      opsHistorySchema
        .parse(await (await call('/app/ops/history')).json())
        .instances.find(({ instance }) => instance === 'bff-2');
    const vanished = await past();
    expect(vanished?.stoppedAt).toBeUndefined();
    expect(vanished?.minutes.length).toBeGreaterThan(0);
    await stack.bffs[1]?.app.start();
    await eventually(async () => (await names()).length === 2);
    const continued = await eventually(async () => {
      const now = await past();
      return now && now.startedAt !== vanished?.startedAt && now;
    });
    expect(continued.minutes[0]?.minute).toBe(vanished?.minutes[0]?.minute);
  });

  it('should show that Redis isn’t responding, and since when', async () => {
    const failing = async () => opsStatusSchema.parse(await (await call('/app/ops/status')).json()).failing;
    await stack.redis.stop();
    const seen = await eventually(async () => {
      const now = await failing();
      return now.some(({ dependency }) => dependency === 'redis') && now;
    });
    expect(Date.parse(seen[0]?.since ?? '')).toBeGreaterThan(Date.now() - 60_000);
    await stack.redis.start();
    await eventually(async () => (await failing()).length === 0);
  });
});
