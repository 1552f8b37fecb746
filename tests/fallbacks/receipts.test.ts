import { createHash, randomBytes } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { TOPICS, receiptEventSchema, receiptsSchema, type ReceiptEvent } from '@tocsin/contracts';
import { Observer } from '@tocsin/lab';
import {
  ROOT,
  freePorts,
  signToken,
  startStack,
  type ExternalSidecar,
  type Pair,
  type Stack,
} from '@tocsin/tools';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startSmtpServer, type TestSmtpServer } from '../../bff/testing/away/smtp.ts';
import { callLocal } from '../support/invocation/call-local.ts';
import { eventually } from '../support/state.ts';

const SECRET = randomBytes(32).toString('hex');
const JSON_TYPE = { 'content-type': 'application/json' };
const keyOf = (name: string, scopes: string[], feeds = ['*']) => ({
  ...{ name, scopes, feeds, perSecond: 1_000 },
  hash: createHash('sha256').update(name).digest('hex'),
});
const KEYS = [
  keyOf('shop', ['publish', 'fallback']),
  keyOf('desk', ['receipts'], ['user:*', 'topic:orders']),
];

let stack: Stack;
let smtp: TestSmtpServer;
let desk: ExternalSidecar;
let server: Server;
const events: ReceiptEvent[] = [];
const observers: Observer[] = [];
const folder = mkdtempSync(join(tmpdir(), 'tocsin-receipts-'));

const tokenOf = (sub: string) =>
  signToken({
    claims: { sub, email: `${sub}@example.org`, feeds: ['orders'], roles: [] },
    exp: Math.floor(Date.now() / 1000) + 3_600,
    ...{ issuer: 'tocsin', audience: 'tocsin', secret: SECRET },
  });

beforeAll(async () => {
  smtp = await startSmtpServer();
  const file = join(folder, 'away.json');
  const email = { from: 'Shop <no-reply@shop.example>', window: 'PT0S' };
  writeFileSync(file, JSON.stringify({ publicUrl: 'https://inbox.example/app', email }));
  stack = await startStack({
    producerEnv: { API_KEYS: 'on' },
    bffEnv: { AUTH_MODE: 'jwt', AWAY_FILE: file, RECEIPTS_TOPIC: 'on', PING_INTERVAL_MS: '500' },
    secrets: {
      NOTIFICATION_SECRETS_jwt: SECRET,
      NOTIFICATION_SECRETS_smtp: smtp.url,
      NOTIFICATION_KEYS_apikeys: JSON.stringify(KEYS),
    },
  });
  const [appPort = 0] = await freePorts(1);
  server = createServer((request, response) => {
    if (request.url === '/dapr/subscribe')
      return response.end(
        JSON.stringify([{ pubsubname: 'notification-pubsub', topic: TOPICS.receipts, route: '/receipts' }]),
      );
    if (request.url !== '/receipts') return response.end('{}');
    void json(request).then((event) => {
      events.push(receiptEventSchema.parse(event));
      response.end('{}');
    });
  }).listen(appPort, '127.0.0.1');
  desk = await stack.startExternalSidecar('desk', { appPort, resourcesDir: componentsFor('desk') });
});
afterAll(async () => {
  for (const observer of observers) observer.close();
  await stack.stop();
  server.close();
  await smtp.close();
  rmSync(folder, { recursive: true });
});

/** Copies the components and lets another application subscribe to receipts, as the guide describes. */
function componentsFor(app: string): string {
  const copy = join(folder, 'components');
  cpSync(join(ROOT, 'components'), copy, { recursive: true });
  const path = join(copy, 'notification-pubsub.yaml');
  const text = readFileSync(path, 'utf8');
  writeFileSync(
    path,
    text.replace(/(name: subscriptionScopes\n\s+value: .*)/, `$1;${app}=${TOPICS.receipts}`),
  );
  return copy;
}

const producerUrl = () => stack.producers[0]?.url ?? '';
const bff = (index = 0) => stack.bffs[index] as Pair;
const publish = async (body: unknown) => {
  const headers = { ...JSON_TYPE, 'x-api-key': 'shop' };
  const sent = { method: 'POST', headers, body: JSON.stringify(body) };
  expect((await fetch(`${producerUrl()}/notifications`, sent)).status).toBe(202);
};
async function call(sub: string, path: string, method: string, body: unknown) {
  const headers = { ...JSON_TYPE, authorization: `Bearer ${await tokenOf(sub)}` };
  const response = await fetch(`${bff(1).url}/app${path}`, { method, headers, body: JSON.stringify(body) });
  expect(response.status, await response.text()).toBe(204);
}
const ask = (id: string, feed: string, key: string) =>
  fetch(`${producerUrl()}/notifications/${id}/receipts?feed=${feed}`, { headers: { 'x-api-key': key } });
const receiptsOf = async (id: string, feed: string) => {
  const response = await ask(id, feed, 'desk');
  expect(response.status).toBe(200);
  return receiptsSchema.parse(await response.json());
};
const watch = async (sub: string, feed: string, index: number) => {
  const observer = new Observer(sub, bff(index).url, { feed, getToken: () => tokenOf(sub) });
  observers.push(observer);
  await observer.ready();
  return observer;
};

it('should count open pages for a topic, and readers who have seen, read or archived a notification', async () => {
  const [ada, ben] = await Promise.all([watch('ada', 'topic:orders', 0), watch('ben', 'topic:orders', 1)]);
  await publish([
    { id: 'one', feed: 'topic:orders', title: 'One' },
    { id: 'two', feed: 'topic:orders', title: 'Two' },
  ]);
  await Promise.all([ada.untilShown(['one', 'two']), ben.untilShown(['one', 'two'])]);
  await call('ada', '/notifications/read', 'POST', { feed: 'topic:orders', ids: ['two'] });
  await call('ada', '/notifications/archive', 'POST', { feed: 'topic:orders', ids: ['two'] });
  await call('ben', '/notifications/seen', 'POST', { feed: 'topic:orders', offset: 1 });
  const accuracy = 'about';
  // The counts are a few seconds old.
  await expect
    .poll(() => receiptsOf('two', 'topic:orders'))
    .toEqual({
      ...{ id: 'two', feed: 'topic:orders', fallbacks: [] },
      readers: { accuracy, pages: 2, seen: 1, read: 1, archived: 1 },
    });
  await expect
    .poll(async () => (await receiptsOf('one', 'topic:orders')).readers)
    .toEqual({ accuracy, pages: 2, seen: 1, read: 0, archived: 0 });
  expect(await receiptsOf('none', 'topic:orders')).toEqual({
    id: 'none',
    feed: 'topic:orders',
    fallbacks: [],
  });
});

it('should report a person’s actions, and publish them as events to other applications', async () => {
  const feed = 'user:ada';
  await call('ada', '/channels/email', 'PUT', { consent: true });
  await publish({ id: 'away', feed, title: 'Payment failed', fallback: [{ after: 'PT1S', via: 'email' }] });
  await eventually(async () => (await receiptsOf('away', feed)).fallbacks[0]?.state === 'sent');
  expect((await receiptsOf('away', feed)).reader).toEqual({
    ...{ delivered: false, seen: false, read: false, archived: false },
  });
  const page = await watch('ada', feed, 0);
  await publish({ id: 'here', feed, title: 'Order shipped' });
  await page.untilShown(['here']);
  await eventually(async () => (await receiptsOf('here', feed)).reader?.delivered === true);
  expect((await receiptsOf('here', feed)).reader).toMatchObject({ seen: false, read: false });
  await call('ada', '/notifications/read', 'POST', { feed, ids: ['away', 'here'] });
  expect((await receiptsOf('away', feed)).reader).toMatchObject({ delivered: true, read: true });
  const received = await eventually(async () => (events.length >= 2 ? events : undefined));
  expect(received).toMatchObject([
    { type: 'tocsin.fallback.ended', subject: 'away', data: { feed, via: 'email', outcome: 'sent' } },
    { type: 'tocsin.notifications.read', data: { feed, ids: ['away', 'here'], more: false } },
  ]);
});

it('should return receipts only through the producer, and only for keys with the right scope and feed', async () => {
  expect((await ask('one', 'topic:orders', 'shop')).status).toBe(403);
  expect((await ask('one', 'topic:salaries', 'desk')).status).toBe(403);
  expect((await ask('one', 'topic:orders', 'wrong')).status).toBe(401);
  const invoke = (
    path: string,
    init: { method?: string; body?: string; headers?: Record<string, string> } = {},
  ) =>
    fetch(`${desk.daprUrl}/v1.0/invoke/${path}`, {
      ...init,
      headers: { ...desk.daprHeaders, ...init.headers },
    });
  const path = 'producer/method/notifications/one/receipts?feed=topic:orders';
  const invoked = await invoke(path, { headers: { 'x-api-key': 'desk' } });
  expect([invoked.status, await invoked.json()]).toMatchObject([200, { readers: { pages: 2 } }]);
  expect((await invoke(path)).status).toBe(401);
  const { sidecar } = bff();
  const args = sidecar.spec.args ?? [];
  const port = Number(args[args.indexOf('--dapr-internal-grpc-port') + 1]);
  const body = { id: 'one', feed: 'topic:orders' };
  for (const headers of [{}, { 'tocsin-signature': `v1.${Date.now()}.abcdefghijk.${'a'.repeat(43)}` }]) {
    const requestInit = { method: 'POST', headers: { ...JSON_TYPE, ...headers }, body: JSON.stringify(body) };
    expect((await invoke('bff/method/receipts', requestInit)).status).toBe(403);
    const local = { verb: 'POST', method: 'receipts', headers, body } as const;
    expect((await callLocal(port, local)).status).toBe(403);
  }
});
