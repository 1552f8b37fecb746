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
const HISTORY_MAX = 4;
const ADA = 'user:ada';
/** The delays to try. On a busy machine, a short delay can elapse before the marks are saved. */
const DELAYS_S = [10, 40, 150];
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
  const url = `${stack.bffs[1]?.url}/app${path}`;
  return fetch(url, { method, headers, ...(body && { body: JSON.stringify(body) }) });
}

const offsetNow = async () =>
  ((await (await call(`/notifications?feed=${ADA}`, 'GET')).json()) as { offset: number }).offset;

/** Publishes notifications, and waits until the reader's page has them. */
async function publish(notifications: object[]) {
  const expected = (await offsetNow()) + notifications.length;
  const body = JSON.stringify(
    notifications.map((notification) => ({ feed: ADA, title: 'x', ...notification })),
  );
  const sent = { method: 'POST', headers: JSON_TYPE, body };
  expect((await fetch(`${stack.producers[0]?.url}/notifications`, sent)).status).toBe(202);
  await eventually(async () => (await offsetNow()) === expected);
}

const mark = async (change: 'read' | 'unread' | 'archive', ...ids: string[]) =>
  expect((await call(`/notifications/${change}`, 'POST', { feed: ADA, ids })).status).toBe(204);

/** Resolves with a notification's fallback outcome once it's known. */
const outcomeOf = (id: string) =>
  eventually(async () => {
    const headers = { authorization: `Bearer ${OPS_TOKEN}` };
    const url = `${stack.bffs[0]?.url}/app/ops/receipts?feed=${ADA}&id=${id}`;
    const { fallbacks } = receiptsSchema.parse(await (await fetch(url, { headers })).json());
    const ended = fallbacks.find(({ state }) => state !== 'waiting' && state !== 'sending');
    return ended && [ended.state, ended.reason].filter(Boolean).join(': ');
  }, 300_000);

/**
 * Publishes notifications with fallbacks, marks some of them, and pushes them all out of the history. Returns their
 * fallback outcomes, or `undefined` if the marks were saved too late.
 */
async function outcomesAfter(seconds: number): Promise<Record<string, string> | undefined> {
  const id = (name: string) => `${name}-${seconds}`;
  const due = Date.now() + seconds * 1000;
  const fallback = [{ after: `PT${seconds}S`, via: 'email' }];
  const names = ['read', 'archived', 'again', 'late'];
  await publish(names.map((name) => ({ id: id(name), fallback })));
  await mark('read', id('read'), id('again'));
  await mark('archive', id('archived'));
  await mark('unread', id('again'));
  await publish([
    { id: id('replaced'), collapseKey: id('order'), fallback },
    { id: id('unread'), fallback },
  ]);
  await publish([{ id: id('newer'), collapseKey: id('order') }]);
  await publish(['n1', 'n2', 'n3', 'n4'].map((name) => ({ id: id(name) })));
  // These requests come from a page that was loaded earlier and still shows `late`. Saving the changes drops the marks
  // for notifications that have left the history, except marks that a waiting fallback needs.
  await mark('read', id('late'), id('n3'));
  await mark('archive', id('n3'));
  if (Date.now() >= due) return undefined;
  const all = [...names, 'replaced', 'unread'];
  return Object.fromEntries(
    await Promise.all(all.map(async (name) => [name, await outcomeOf(id(name))] as const)),
  );
}

it('should send fallbacks only for unread notifications, even after they’ve left the history', async () => {
  expect((await call('/channels/email', 'PUT', { consent: true })).status).toBe(204);
  let outcomes: Record<string, string> | undefined;
  for (const seconds of DELAYS_S) outcomes ??= await outcomesAfter(seconds);
  expect(outcomes).toEqual({
    read: 'suppressed: read',
    archived: 'suppressed: archived',
    again: 'sent',
    late: 'suppressed: read',
    replaced: 'suppressed: replaced',
    unread: 'sent',
  });
}, 600_000);
