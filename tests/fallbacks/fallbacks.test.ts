import { randomBytes } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { channelsSchema, receiptsSchema, unsentPageSchema, type UnsentName } from '@tocsin/contracts';
import { startStack, type Pair, type Stack } from '@tocsin/tools';
import { SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newVapid } from '../../bff/src/away/channels/push/vapid.ts';
import { startPushService, type TestPushService } from '../../bff/testing/away/push-service.ts';
import { startSmtpServer, type TestSmtpServer } from '../../bff/testing/away/smtp.ts';
import { eventually } from '../support/state.ts';

const SECRET = randomBytes(32).toString('hex');
const JSON_TYPE = { 'content-type': 'application/json' };
const AFTER = 'PT3S';
/** Addresses that the mail server refuses. */
const refusedAddresses = new Set<string>();
const OPS_TOKEN = randomBytes(32).toString('hex');

let stack: Stack;
let smtp: TestSmtpServer;
let pushService: TestPushService;

const tokenOf = (sub: string) =>
  new SignJWT({ sub, email: `${sub}@example.org` })
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuer('tocsin')
    .setAudience('tocsin')
    .setExpirationTime('1h')
    .sign(Buffer.from(SECRET));

beforeAll(async () => {
  smtp = await startSmtpServer({
    onRcptTo({ address }, _session, done) {
      done(
        refusedAddresses.has(address)
          ? Object.assign(new Error('no such user'), { responseCode: 550 })
          : null,
      );
    },
  });
  const vapid = newVapid('mailto:ops@shop.example');
  pushService = await startPushService(vapid.publicKey);
  const file = join(mkdtempSync(join(tmpdir(), 'tocsin-away-')), 'away.json');
  const email = { from: 'Shop <no-reply@shop.example>', window: 'PT1S', perHour: 100, unknown: 'repeat' };
  const push = { allowLoopback: true };
  const policies = [{ severities: ['error'], fallback: [{ after: AFTER, via: 'email' }] }];
  writeFileSync(file, JSON.stringify({ publicUrl: 'https://inbox.example/app', email, push, policies }));
  stack = await startStack({
    bffEnv: { AUTH_MODE: 'jwt', AWAY_FILE: file, OPS_TOKEN },
    secrets: {
      NOTIFICATION_SECRETS_jwt: SECRET,
      NOTIFICATION_SECRETS_smtp: smtp.url,
      NOTIFICATION_SECRETS_vapid: JSON.stringify(vapid),
    },
  });
});
afterAll(async () => {
  await stack.stop();
  await Promise.all([smtp.close(), pushService.close()]);
});

const bff = (index: number) => stack.bffs[index] as Pair;
const publish = (body: unknown) =>
  fetch(`${stack.producers[0]?.url}/notifications`, {
    ...{ method: 'POST', headers: JSON_TYPE, body: JSON.stringify(body) },
  });
async function call(sub: string, path: string, method = 'GET', body?: unknown, index = 0) {
  const headers = { ...JSON_TYPE, authorization: `Bearer ${await tokenOf(sub)}` };
  const init = body === undefined ? { method, headers } : { method, headers, body: JSON.stringify(body) };
  return fetch(`${bff(index).url}${path}`, init);
}
const agree = async (sub: string) =>
  expect((await call(sub, '/app/channels/email', 'PUT', { consent: true })).status).toBe(204);
const emailsTo = (sub: string) =>
  smtp.received.filter(({ to }) => to.includes(`${sub}@example.org`)).map(({ mail }) => mail);
const fallback = [{ after: AFTER, via: 'email' }];
/** Returns a notification's fallbacks for a single reader, as reported by the ops page. */
const fallbacksOf = async (sub: string, id: string) => {
  const headers = { authorization: `Bearer ${OPS_TOKEN}` };
  const response = await fetch(`${bff(1).url}/app/ops/receipts?feed=user:${sub}&id=${id}`, { headers });
  return receiptsSchema.parse(await response.json()).fallbacks;
};
const UP_TO_A_MINUTE = { timeout: 60_000 };
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe.concurrent('a reader who is away', () => {
  it('should get e-mails about unread notifications at the address in the token, but only after consent', async ({
    expect,
  }) => {
    await publish({ id: 'before', feed: 'user:ada', title: 'Before consent', fallback });
    await expect
      .poll(() => fallbacksOf('ada', 'before'), UP_TO_A_MINUTE)
      .toMatchObject([{ state: 'suppressed', reason: expect.stringContaining('no address') as string }]);
    expect(emailsTo('ada')).toEqual([]);
    await agree('ada');
    const channels = channelsSchema.parse(
      await (await call('ada', '/app/channels', 'GET', undefined, 1)).json(),
    );
    expect(channels.email).toEqual({ address: 'ada@example.org', offered: 'ada@example.org', used: true });
    await publish({ id: 'a', feed: 'user:ada', title: 'Payment failed', severity: 'error' });
    const [mail] = await eventually(async () => (emailsTo('ada').length > 0 ? emailsTo('ada') : undefined));
    expect(mail?.subject).toBe('Payment failed');
    expect(mail?.text).toContain('https://inbox.example/app/?notification=a&feed=user%3Aada');
  });

  it('should not get an e-mail about a notification read on another device', async () => {
    await agree('ben');
    // Enough time on a busy machine to mark a notification as read before the e-mail is due.
    const delayedFallback = [{ after: 'PT8S', via: 'email' }];
    await publish([
      { id: 'r', feed: 'user:ben', title: 'Read in time', fallback: delayedFallback },
      { id: 'u', feed: 'user:ben', title: 'Unread', fallback: delayedFallback },
    ]);
    await eventually(async () => {
      const page = await call('ben', '/app/notifications?feed=user:ben', 'GET', undefined, 1);
      return ((await page.json()) as { offset: number }).offset === 2;
    });
    const mark = { feed: 'user:ben', ids: ['r'] };
    expect((await call('ben', '/app/notifications/read', 'POST', mark, 1)).status).toBe(204);
    await eventually(async () => emailsTo('ben').length > 0, UP_TO_A_MINUTE.timeout);
    await wait(2_000);
    expect(emailsTo('ben').map(({ subject }) => subject)).toEqual(['Unread']);
  });

  it('should get a push on each device, and no e-mail once the notification is marked as read', async ({
    expect,
  }) => {
    await agree('gil');
    const { push } = channelsSchema.parse(await (await call('gil', '/app/channels')).json());
    expect(push.publicKey).toMatch(/^[\w-]{87}$/);
    for (const device of ['phone', 'laptop', 'lost']) {
      const subscription = pushService.subscribe(device);
      expect((await call('gil', '/app/channels/push', 'PUT', { subscription })).status).toBe(204);
    }
    pushService.answer('lost', 410);
    const both = [
      { after: 'PT1S', via: 'push' },
      { after: 'PT12S', via: 'email' },
    ];
    await publish({ id: 'p', feed: 'user:gil', title: 'Lock the door', fallback: both });
    await eventually(async () => pushService.received.length === 2);
    expect(JSON.parse(pushService.received[0]?.text ?? '')).toMatchObject({
      web_push: 8030,
      notification: { title: 'Lock the door' },
    });
    const read = { feed: 'user:gil', ids: ['p'] };
    expect((await call('gil', '/app/notifications/read', 'POST', read, 1)).status).toBe(204);
    await expect
      .poll(() => fallbacksOf('gil', 'p'), UP_TO_A_MINUTE)
      .toMatchObject([
        { via: 'push', state: 'sent' },
        { via: 'email', state: 'suppressed', reason: 'read' },
      ]);
    expect(emailsTo('gil')).toEqual([]);
    const after = channelsSchema.parse(await (await call('gil', '/app/channels')).json());
    expect(after.push.endpoints).toHaveLength(2);
    const ops = { authorization: `Bearer ${OPS_TOKEN}` };
    const receipts = await fetch(`${bff(1).url}/app/ops/receipts?feed=user:gil&id=p`, { headers: ops });
    expect(await receipts.json()).toMatchObject({
      reader: { seen: true, read: true, archived: false },
    });
    const exported: unknown = await (
      await fetch(`${bff(0).url}/app/ops/readers/gil/export`, { headers: ops })
    ).json();
    expect(exported).toMatchObject({
      notifications: [{ notification: { id: 'p' } }],
      contacts: { email: { address: 'gil@example.org' } },
      fallbacks: { receipts: [{ via: 'push' }, { via: 'email' }] },
    });
    expect((await call('gil', '/app/ops/readers/ada/export')).status).toBe(403);
  });

  it('should get ten notifications in a single digest in the reader’s language', async () => {
    await call('cem', '/app/channels/email', 'PUT', { consent: true, language: 'de' });
    const ten = Array.from({ length: 10 }, (_, n) => ({
      id: `d${n}`,
      title: `Nr ${n}`,
      feed: 'user:cem',
      fallback,
    }));
    await publish(ten);
    await eventually(async () => emailsTo('cem').length > 0);
    await wait(2_000);
    expect(emailsTo('cem').map(({ subject }) => subject)).toEqual(['10 ungelesene Benachrichtigungen']);
  });

  it('should get a refused e-mail after an operator resends it', async () => {
    await agree('ivy');
    refusedAddresses.add('ivy@example.org');
    await publish({ id: 'i', feed: 'user:ivy', title: 'Refused at first', fallback });
    const ops = { ...JSON_TYPE, authorization: `Bearer ${OPS_TOKEN}` };
    const listed = async (index: number): Promise<UnsentName[]> => {
      const response = await fetch(`${bff(index).url}/app/ops/fallbacks/unsent`, { headers: ops });
      const { fallbacks } = unsentPageSchema.parse(await response.json());
      const readersFallbacks = fallbacks.filter(({ reader }) => reader === 'user:ivy');
      return readersFallbacks.map(({ outcome, reason, ...name }) => {
        expect([outcome, reason]).toEqual(['refused', expect.stringContaining('no such user')]);
        return name;
      });
    };
    const names = await eventually(async () => {
      const found = await listed(1);
      return found.length > 0 ? found : undefined;
    });
    expect(names).toMatchObject([{ id: 'i', via: 'email' }]);
    refusedAddresses.delete('ivy@example.org');
    const body = JSON.stringify({ fallbacks: names });
    const sent = await fetch(`${bff(0).url}/app/ops/fallbacks/send-again`, {
      method: 'POST',
      headers: ops,
      body,
    });
    expect(await sent.json()).toEqual({ done: 1, failed: [] });
    await eventually(async () => emailsTo('ivy').length > 0);
    expect(emailsTo('ivy').map(({ subject }) => subject)).toEqual(['Refused at first']);
    expect(await listed(1)).toEqual([]);
  });

  it('should be able to unsubscribe through an e-mail’s link with one click and no sign-in', async () => {
    await agree('eve');
    await publish({ id: 'e', feed: 'user:eve', title: 'With link', fallback });
    const [mail] = await eventually(async () => (emailsTo('eve').length > 0 ? emailsTo('eve') : undefined));
    const header = mail?.headers.find(({ key }) => key === 'list-unsubscribe')?.value ?? '';
    const link = new URL(header.replace(/[<>]/g, ''));
    const path = `/app/unsubscribe${link.search}`;
    const forged = path.replace('eve', 'ada');
    expect((await fetch(`${bff(0).url}${forged}`, { method: 'POST' })).status).toBe(403);
    expect((await fetch(`${bff(0).url}${path}`)).status).toBe(200);
    const click = { method: 'POST', body: new URLSearchParams({ 'List-Unsubscribe': 'One-Click' }) };
    expect((await fetch(`${bff(1).url}${path}`, click)).status).toBe(200);
    const channels = channelsSchema.parse(await (await call('eve', '/app/channels')).json());
    expect(channels.email.address).toBeNull();
  });

  it('should be able to use a second address only after entering the code sent to it', async () => {
    const address = 'second@example.org';
    expect((await call('fay', '/app/channels/email/code', 'POST', { address })).status).toBe(204);
    const mail = await eventually(async () => smtp.received.find(({ to }) => to.includes(address))?.mail);
    const code = /\d{8}/.exec(mail.subject ?? '')?.[0];
    const header = mail.headers.find(({ key }) => key === 'list-unsubscribe')?.value ?? '';
    expect(new URL(header.replace(/[<>]/g, '')).searchParams.get('via')).toBe('code');
    const put = (given: string) => call('fay', '/app/channels/email', 'PUT', { consent: true, code: given });
    expect((await put('00000000')).status).toBe(400);
    expect((await put(code ?? '')).status).toBe(204);
    expect((await put(code ?? '')).status).toBe(400);
    const channels = channelsSchema.parse(await (await call('fay', '/app/channels')).json());
    expect(channels.email.address).toBe(address);
  });
});

it('should send an e-mail exactly once if all bffs are killed before it’s due', async () => {
  await agree('dan');
  await publish({ id: 'k', feed: 'user:dan', title: 'Survives', fallback });
  await wait(1_000);
  await Promise.all(stack.bffs.map(async ({ app }) => app.kill()));
  await Promise.all(stack.bffs.map(async ({ app }) => app.start()));
  await eventually(async () => emailsTo('dan').length > 0, 60_000);
  await wait(3_000);
  expect(emailsTo('dan').map(({ subject }) => subject)).toEqual(['Survives']);
});
