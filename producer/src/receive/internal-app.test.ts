import { createHash, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { scheduleListSchema, type Notification, type RefusedEvent } from '@tocsin/contracts';
import {
  BodyBudget,
  SubscriptionPaths,
  createHostCheck,
  createLogger,
  type ActiveSubscription,
} from '@tocsin/service';
import { serve } from '../../testing/test-server.ts';
import { notification, testProducer } from '../../testing/test-producer.ts';
import { testSchedules } from '../../testing/test-schedules.ts';
import { internalApp } from './internal-app.ts';

const { producer, backend } = testProducer();
const { publishService, schedules, dueWindowStore, jobs } = testSchedules(producer);
afterAll(() => schedules.stop());
const refused: RefusedEvent[] = [];
const refusals: string[] = [];
const onExpired = vi.fn();
let clock = 0;
const subscriptions: ActiveSubscription[] = [
  { pubsubname: 'notification-pubsub', topic: 'notifications', path: '/subscriptions/events' },
  { pubsubname: 'notification-deadletters', topic: 'notifications-dead', path: '/subscriptions/dead' },
];
const app = (token: string | undefined) =>
  internalApp({
    publishService,
    schedules,
    refuse: (event) => Promise.resolve(void refused.push(event)),
    deadLetterPauseMs: 0,
    trail: { note: () => undefined },
    log: createLogger('producer', 'silent'),
    token,
    paths: new SubscriptionPaths(
      () => Promise.resolve(subscriptions),
      () => clock,
    ),
    onRefused: (reason) => refusals.push(reason),
    onExpired,
    isServed: createHostCheck([]),
    operationSigner: async () => undefined,
    bodies: new BodyBudget(64 * 1024 * 1024),
    onProblem: () => undefined,
  });
const DEEP_JSON = '['.repeat(200) + ']'.repeat(200);
let guardedServer: Awaited<ReturnType<typeof serve>>;
let openServer: Awaited<ReturnType<typeof serve>>;
beforeAll(async () => {
  guardedServer = await serve(app('secret'));
  openServer = await serve(app(undefined));
});
afterAll(() => Promise.all([guardedServer.close(), openServer.close()]));

const post = (url: string, headers: Record<string, string> = {}) =>
  fetch(`${url}/notifications`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: '{"title":"Hello"}',
  });

it('should respond to the health probe without a token', async () => {
  expect((await fetch(`${guardedServer.url}/healthz`)).status).toBe(200);
});

it('should reject all other requests without the right token', async () => {
  for (const headers of [{}, { 'dapr-api-token': 'wrong' }, { 'dapr-api-token': 'secre\u00e9' }]) {
    expect((await post(guardedServer.url, headers)).status).toBe(401);
    expect((await fetch(`${guardedServer.url}/dapr/subscribe`, { headers })).status).toBe(401);
    expect((await fetch(`${guardedServer.url}/feeds/all`, { method: 'DELETE', headers })).status).toBe(401);
  }
  expect(backend.calls).toEqual([]);
});

it('should accept invocations with the token, or without a token if none is configured', async () => {
  expect((await post(guardedServer.url, { 'dapr-api-token': 'secret' })).status).toBe(202);
  expect((await post(openServer.url)).status).toBe(202);
  expect((await fetch(`${openServer.url}/notifications/a`, { method: 'DELETE' })).status).toBe(202);
  expect(backend.deposited).toHaveLength(3);
});

describe('a job', () => {
  const scheduled = { v: 1 as const, at: Date.now() + 50_000, notification: notification('due') };
  const deliverJob = (name: string, headers: Record<string, string> = { 'dapr-api-token': 'secret' }) =>
    fetch(`${guardedServer.url}/job/${name}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      // The call's body is ignored.
      body: JSON.stringify({ ...scheduled, notification: notification('forged') }),
    });
  beforeAll(() => jobs.set('some:name', Date.now() + 3_600_000, scheduled));

  it('should be accepted only from the sidecar, with its content read from the scheduler', async () => {
    expect((await deliverJob('some:name', {})).status).toBe(401);
    const invoked = { 'dapr-api-token': 'secret', 'dapr-caller-app-id': 'shop' };
    expect((await deliverJob('some:name', invoked)).status).toBe(403);
    expect(refusals).toEqual(['invocation']);
    expect(dueWindowStore.documents.size).toBe(0);
    expect((await deliverJob('some:name')).status).toBe(200);
    expect([...dueWindowStore.documents.values()]).toEqual([scheduled]);
  });

  it('should get 404 if the scheduler doesn’t have the job, so that Dapr stops retrying', async () => {
    const before = dueWindowStore.documents.size;
    const response = await deliverJob('other:name');
    expect([response.status, await response.json()]).toMatchObject([404, { code: 'not_found' }]);
    expect(dueWindowStore.documents.size).toBe(before);
    expect(refusals).toContain('unknown_job');
  });

  it('should get 503 if it isn’t due soon', async () => {
    const laterJob = { ...scheduled, at: Date.now() + 3_600_000, notification: notification('later') };
    await jobs.set('later:name', Date.now() + 3_600_000, laterJob);
    const response = await deliverJob('later:name');
    expect([response.status, await response.json()]).toMatchObject([
      503,
      { code: 'unavailable', detail: expect.stringContaining('not due') as string },
    ]);
    expect([...dueWindowStore.documents.values()]).not.toContainEqual(laterJob);
  });
});

it('should list the schedules for the ops page', async () => {
  await schedules.add([{ notification: notification('listed'), at: Date.now() + 7_200_000 }]);
  const response = await fetch(`${openServer.url}/operations`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"do":"list-schedules"}',
  });
  const list = scheduleListSchema.parse(await response.json());
  expect(list.next.map(({ id, feed }) => [id, feed])).toContainEqual(['listed', 'all']);
  expect(JSON.stringify(list)).not.toContain('title');
});

describe('the notifications topic', () => {
  /** Delivers a message as the sidecar does: wraps the published bytes in an envelope. */
  const deliverBytes = async (bytes: string | Uint8Array, route = '/subscriptions/events') => {
    const envelope = {
      specversion: '1.0',
      id: randomUUID(),
      source: 'Dapr',
      datacontenttype: 'application/octet-stream',
      data_base64: Buffer.from(bytes).toString('base64'),
    };
    const response = await fetch(`${guardedServer.url}${route}`, {
      method: 'POST',
      headers: { 'content-type': 'application/cloudevents+json', 'dapr-api-token': 'secret' },
      body: JSON.stringify(envelope),
    });
    return [response.status, (await response.json()) as unknown];
  };
  const deliver = (event: object, route?: string) =>
    deliverBytes(JSON.stringify({ specversion: '1.0', ...event }), route);
  const done = [200, { status: 'SUCCESS' }];
  const newest = () => backend.deposited.at(-1)?.notifications as Notification[];

  it('should have a subscription for events, and one on a separate component for dead letters', async () => {
    const response = await fetch(`${guardedServer.url}/dapr/subscribe`, {
      headers: { 'dapr-api-token': 'secret' },
    });
    expect(await response.json()).toEqual([
      expect.objectContaining({ pubsubname: 'notification-pubsub', topic: 'notifications' }),
      expect.objectContaining({ pubsubname: 'notification-deadletters', topic: 'notifications-dead' }),
    ]);
  });

  it.each([
    ['the id of the event', { id: 'e-1', data: { title: 'x' } }, ['e-1']],
    ['its own id', { id: 'e-2', data: { id: 'own', title: 'x' } }, ['own']],
    [
      'the event’s id and the index in an array',
      { id: 'e-3', data: [{ title: 'x' }, { id: 'own2', title: 'y' }] },
      ['e-3:0', 'own2'],
    ],
    ['the id of an event with text data', { id: 'e-4', data: '{"title":"x"}' }, ['e-4']],
    [
      'the id of an event with binary data',
      { id: 'e-5', data_base64: Buffer.from('{"title":"x"}').toString('base64') },
      ['e-5'],
    ],
  ])('should publish a notification with %s', async (_name, event, ids) => {
    expect(await deliver(event)).toEqual(done);
    expect(newest().map(({ id }) => id)).toEqual(ids);
  });

  it('should accept deliveries only on paths that only the sidecar knows', async () => {
    const fetchRoutes = async () => {
      const headers = { 'dapr-api-token': 'secret' };
      const response = await fetch(`${guardedServer.url}/dapr/subscribe`, { headers });
      return ((await response.json()) as { route: string }[]).map(({ route }) => route);
    };
    const [first, second] = [await fetchRoutes(), await fetchRoutes()];
    expect(new Set([...first, ...second]).size).toBe(4);
    const before = backend.deposited.length;
    const event = { id: 'guessed', data: { title: 'x' } };
    const [known] = first;
    clock += 2_000;
    expect(await deliver(event, known)).toMatchObject([403, { code: 'forbidden' }]);
    expect(await deliver(event, '/subscriptions/guessed')).toMatchObject([503, { code: 'unavailable' }]);
    expect(backend.deposited).toHaveLength(before);
    expect(refusals).toContain('unknown_subscription');
  });

  it('should give the notification a stable id if the event’s id is invalid', async () => {
    const event = { id: 'not a valid id / at all', data: { title: 'x' } };
    await deliver(event);
    const [first] = newest();
    await deliver(event, '/subscriptions/dead');
    expect(newest()[0]?.id).toBe(first?.id);
    expect(first?.id).toMatch(/^event-[0-9a-f]{32}$/);
  });

  it.each([
    ['nothing', {}, ['']],
    ['no data', { id: 'f-1' }, ['']],
    ['text', { id: 'f-2', data: 'hello' }, ['']],
    ['two errors', { id: 'f-3', data: { title: '', colour: 'red' } }, ['title', 'colour']],
    ['an empty array', { id: 'f-4', data: [] }, ['']],
  ])(
    'should store an invalid notification with all errors, and acknowledge the event: %s',
    async (_name, event, paths) => {
      const before = backend.deposited.length;
      expect(await deliver(event)).toEqual(done);
      expect(backend.deposited).toHaveLength(before);
      expect(
        refused
          .at(-1)
          ?.errors.map(({ path }) => path)
          .sort(),
      ).toEqual([...paths].sort());
    },
  );

  it('should set the source hash only if the id is derived from an event with a source', async () => {
    const sourceHash = createHash('sha256').update('shop').digest('hex').slice(0, 16);
    await deliver({ id: 's-1', source: 'shop', data: [{ title: 'x' }, { id: 'own3', title: 'y' }] });
    expect(newest()).toMatchObject([{ id: 's-1:0', sourceHash }, { id: 'own3' }]);
    expect(newest()[1]).not.toHaveProperty('sourceHash');
    await deliver({ id: 's-2', data: { title: 'x' } });
    expect(newest()[0]).not.toHaveProperty('sourceHash');
  });

  it('should accept a raw payload with one or more notifications, and give identical payloads the same id', async () => {
    expect(await deliverBytes('{"id":"raw-1","title":"x"}')).toEqual(done);
    expect(newest().map(({ id }) => id)).toEqual(['raw-1']);
    expect(await deliverBytes('[{"title":"x"},{"id":"raw-2","title":"y"}]')).toEqual(done);
    const [first] = newest();
    expect(newest().map(({ id }) => id)).toEqual([
      expect.stringMatching(/^[0-9a-f]{32}:0$/) as string,
      'raw-2',
    ]);
    await deliverBytes('[{"title":"x"},{"id":"raw-2","title":"y"}]');
    expect(newest()[0]?.id).toBe(first?.id);
  });

  it.each<[string, string | Uint8Array, string, string]>([
    ['text', 'hello', '"hello"', 'is not JSON'],
    ['a truncated notification', '{"title":"x"', '"{\\"title\\":\\"x\\""', 'is not JSON'],
    ['deep nesting', DEEP_JSON, JSON.stringify(DEEP_JSON), 'is nested more than 100 levels deep'],
    ['bytes', new Uint8Array([0xff, 0xfe]), '"//4="', 'is not UTF-8; its bytes are stored as base64'],
    ['another object', '{"colour":"red"}', '{"colour":"red"}', 'is not a known member'],
  ])('should store an invalid raw payload: %s', async (_name, bytes, content, message) => {
    expect(await deliverBytes(bytes)).toEqual(done);
    expect(refused.at(-1)).toMatchObject({ content });
    expect(refused.at(-1)?.errors.map((error) => error.message)).toContain(message);
  });

  it('should store an invalid notification’s source', async () => {
    await deliver({ id: 'f-9', source: 'shop', data: 1 });
    expect(refused.at(-1)).toMatchObject({ event: 'f-9', source: 'shop', content: '1' });
  });

  it('should acknowledge and count an event that expired, in whole or in part', async () => {
    const before = backend.deposited.length;
    const event = { id: 't-1', data: { title: 'x' } };
    expect(await deliver({ ...event, expiration: '2020-01-01T00:00:00Z' })).toEqual(done);
    expect(backend.deposited).toHaveLength(before);
    expect(onExpired).toHaveBeenCalledOnce();
    expect(await deliver({ ...event, expiration: '2999-01-01T00:00:00Z' })).toEqual(done);
    expect(backend.deposited).toHaveLength(before + 1);
    expect(onExpired).toHaveBeenCalledOnce();
    const data = [{ title: 'x', expiresAt: '2020-01-02T00:00:00Z' }, { title: 'y' }];
    const partly = { id: 't-2', time: '2020-01-01T00:00:00Z', data };
    vi.spyOn(producer, 'produce').mockResolvedValueOnce('late');
    expect(await deliver(partly)).toEqual([200, { status: 'RETRY' }]);
    expect(await deliver(partly)).toEqual(done);
    expect(onExpired).toHaveBeenCalledTimes(2);
  });

  it('should request redelivery if an event could be neither published nor stored', async () => {
    vi.spyOn(producer, 'produce').mockResolvedValueOnce('late');
    expect(await deliver({ id: 'g', data: { title: 'x' } })).toEqual([200, { status: 'RETRY' }]);
    vi.spyOn(refused, 'push').mockImplementationOnce(() => {
      throw new Error('unavailable');
    });
    expect(await deliver({ id: 'h', data: 1 })).toEqual([200, { status: 'RETRY' }]);
  });
});
