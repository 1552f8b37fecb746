import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { receiptsSchema } from '@tocsin/contracts';
import { signToken, startStack, type Stack } from '@tocsin/tools';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startSmtpServer, type TestSmtpServer } from '../../bff/testing/away/smtp.ts';
import { eventually } from '../support/state.ts';

const SECRET = randomBytes(32).toString('hex');
const OPS_TOKEN = randomBytes(32).toString('hex');
const JSON_TYPE = { 'content-type': 'application/json' };
const HISTORY_MAX = 3;
const ADA = 'user:ada';
const folder = mkdtempSync(join(tmpdir(), 'tocsin-short-'));

let stack: Stack;
let smtp: TestSmtpServer;

beforeAll(async () => {
  smtp = await startSmtpServer();
  const file = join(folder, 'away.json');
  const email = { from: 'Shop <no-reply@shop.example>', window: 'PT0S', perHour: 100 };
  writeFileSync(file, JSON.stringify({ publicUrl: 'https://inbox.example/app', email }));
  stack = await startStack({
    bffEnv: { AUTH_MODE: 'jwt', AWAY_FILE: file, OPS_TOKEN, HISTORY_MAX: String(HISTORY_MAX) },
    secrets: { NOTIFICATION_SECRETS_jwt: SECRET, NOTIFICATION_SECRETS_smtp: smtp.url },
  });
});
afterAll(async () => {
  await stack?.stop();
  await smtp?.close();
  rmSync(folder, { recursive: true });
});

async function call(path: string, method: string, body?: object) {
  const token = await signToken({
    claims: { sub: 'ada', email: 'ada@example.org', feeds: [], roles: [] },
    exp: Math.floor(Date.now() / 1000) + 3_600,
    ...{ issuer: 'tocsin', audience: 'tocsin', secret: SECRET },
  });
  const headers = { ...JSON_TYPE, authorization: `Bearer ${token}` };
  return fetch(`${stack.bffs[1]?.url}/app${path}`, {
    method,
    headers,
    ...(body && { body: JSON.stringify(body) }),
  });
}
async function publish(notifications: object[], offset: number) {
  const body = JSON.stringify(notifications.map((one) => ({ feed: ADA, title: 'x', ...one })));
  const sent = { method: 'POST', headers: JSON_TYPE, body };
  expect((await fetch(`${stack.producers[0]?.url}/notifications`, sent)).status).toBe(202);
  await eventually(async () => {
    const page = await call(`/notifications?feed=${ADA}`, 'GET');
    return ((await page.json()) as { offset: number }).offset === offset;
  });
}
const markRead = async (...ids: string[]) =>
  expect((await call('/notifications/read', 'POST', { feed: ADA, ids })).status).toBe(204);

/** The outcome of a notification's fallback, as soon as it has one. */
const outcomeOf = (id: string) =>
  eventually(async () => {
    const headers = { authorization: `Bearer ${OPS_TOKEN}` };
    const url = `${stack.bffs[0]?.url}/app/ops/receipts?feed=${ADA}&id=${id}`;
    const { fallbacks } = receiptsSchema.parse(await (await fetch(url, { headers })).json());
    const ended = fallbacks.find(({ state }) => state !== 'waiting' && state !== 'sending');
    return ended && `${ended.state}: ${ended.reason ?? ''}`;
  }, 60_000);

it('should send only what is unread, although all notifications have left the history', async () => {
  expect((await call('/channels/email', 'PUT', { consent: true })).status).toBe(204);
  const fallback = [{ after: 'PT15S', via: 'email' }];
  const waiting = [
    { id: 'read' },
    { id: 'late' },
    { id: 'replaced', collapseKey: 'order-1' },
    { id: 'unread', title: 'Unread' },
  ];
  await publish(
    waiting.map((one) => ({ ...one, fallback })),
    4,
  );
  await markRead('read');
  const newer = ['n1', 'n2', 'n3', 'n4'].map((id) => ({ id }));
  await publish([{ id: 'newer', collapseKey: 'order-1' }, ...newer], 9);
  // Drops the mark of `read`, which has left the history by now. `late` is still on the reader's page.
  await markRead('late', 'n3');
  expect(await Promise.all(waiting.map(({ id }) => outcomeOf(id)))).toEqual([
    'suppressed: read',
    'suppressed: read',
    'suppressed: replaced',
    'sent: ',
  ]);
  expect(smtp.received.map(({ mail }) => mail.subject)).toEqual(['Unread']);
});
