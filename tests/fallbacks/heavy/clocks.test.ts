import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { startStack, type Stack } from '@tocsin/tools';
import { SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSmtpServer, type TestSmtpServer } from '../../../bff/testing/away/smtp.ts';
import { eventually } from '../../support/state.ts';

const SECRET = randomBytes(32).toString('hex');
const JSON_TYPE = { 'content-type': 'application/json' };
const AFTER_S = 8;
const READERS = 10;
const SHIFTED_CLOCK = pathToFileURL(
  join(import.meta.dirname, '../../support/processes/shifted-clock.mjs'),
).href;

const dir = mkdtempSync(join(tmpdir(), 'tocsin-clocks-'));
const shiftFile = (index: number) => join(dir, `shift-${index}`);
const shift = (index: number, ms: number) => writeFileSync(shiftFile(index), String(ms));

let stack: Stack;
let smtp: TestSmtpServer;

beforeAll(async () => {
  smtp = await startSmtpServer();
  const file = join(dir, 'away.json');
  const email = { from: 'Shop <no-reply@shop.example>', window: 'PT1S', perHour: 100, unknown: 'repeat' };
  writeFileSync(file, JSON.stringify({ publicUrl: 'https://inbox.example/app', email }));
  stack = await startStack({
    bffEnv: (index) => ({
      AUTH_MODE: 'jwt',
      AWAY_FILE: file,
      NODE_OPTIONS: `--import ${SHIFTED_CLOCK}`,
      CLOCK_SHIFT_FILE: shiftFile(index),
    }),
    secrets: { NOTIFICATION_SECRETS_jwt: SECRET, NOTIFICATION_SECRETS_smtp: smtp.url },
  });
});
afterAll(async () => {
  await stack?.stop();
  await smtp?.close();
  rmSync(dir, { recursive: true });
});

async function call(sub: string, path: string, method: string, body?: object) {
  const token = await new SignJWT({ sub, email: `${sub}@example.org` })
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuer('tocsin')
    .setAudience('tocsin')
    .setExpirationTime('1h')
    .sign(Buffer.from(SECRET));
  const headers = { ...JSON_TYPE, authorization: `Bearer ${token}` };
  const response = await fetch(`${stack.bffs[1]?.url}${path}`, {
    method,
    headers,
    ...(body && { body: JSON.stringify(body) }),
  });
  return { status: response.status, text: await response.text() };
}

const emailsTo = (sub: string) => smtp.received.filter(({ to }) => to.includes(`${sub}@example.org`)).length;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Opts new readers in to e-mail, and publishes a notification with an e-mail fallback to each. Returns the readers. */
async function publishTo(name: string): Promise<string[]> {
  const readers = Array.from({ length: READERS }, (_, index) => `${name}-${index}`);
  for (const sub of readers)
    expect((await call(sub, '/app/channels/email', 'PUT', { consent: true })).status).toBe(204);
  const fallback = [{ after: `PT${AFTER_S}S`, via: 'email' }];
  const notifications = readers.map((sub) => ({ id: sub, feed: `user:${sub}`, title: sub, fallback }));
  const response = await fetch(`${stack.producers[0]?.url}/notifications`, {
    method: 'POST',
    headers: JSON_TYPE,
    body: JSON.stringify(notifications),
  });
  expect(response.status).toBe(202);
  return readers;
}

/** Marks the reader's notification as read once it's in the feed. Until then, a mark would have no effect. */
async function markRead(sub: string): Promise<void> {
  await eventually(async () => (await call(sub, '/app/unread', 'GET')).text.includes('"total":1'));
  const mark = { feed: `user:${sub}`, ids: [sub] };
  expect((await call(sub, '/app/notifications/read', 'POST', mark)).status).toBe(204);
}

/** Waits until each reader has a message, and then for another check interval to catch duplicates. */
async function expectOneEmailEach(readers: readonly string[]): Promise<void> {
  await eventually(async () => readers.every((sub) => emailsTo(sub) > 0), 60_000);
  await pause(16_000);
  expect(readers.map((sub) => [sub, emailsTo(sub)])).toEqual(readers.map((sub) => [sub, 1]));
}

describe('fallbacks with wrong clocks', () => {
  it('should be sent once, or not at all if read, when one clock is 20 s behind', async () => {
    shift(0, -20_000);
    await pause(300);
    const readers = await publishTo('behind');
    const [read, unread] = [readers.slice(0, 5), readers.slice(5)];
    await Promise.all(read.map(markRead));
    await expectOneEmailEach(unread);
    expect(read.map(emailsTo)).toEqual(read.map(() => 0));
  });

  it('should be sent once when one clock is 20 s ahead', async () => {
    shift(0, 20_000);
    await pause(300);
    await expectOneEmailEach(await publishTo('ahead'));
  });

  it('should be sent once when one clock jumps ahead by ten minutes and back', async () => {
    shift(0, 0);
    await pause(300);
    const readers = await publishTo('jump');
    await pause(4_000);
    shift(0, 600_000);
    await pause(5_000);
    shift(0, 0);
    await expectOneEmailEach(readers);
  });

  it('should be sent once when all clocks jump back by ten minutes and are corrected', async () => {
    const readers = await publishTo('back');
    await pause(4_000);
    for (const index of [0, 1]) shift(index, -600_000);
    await pause(8_000);
    for (const index of [0, 1]) shift(index, 0);
    await expectOneEmailEach(readers);
  });
});
