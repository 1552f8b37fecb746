import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { receiptsSchema } from '@tocsin/contracts';
import { launchBrowser, signToken, startStack, type Stack } from '@tocsin/tools';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { newVapid } from '../../bff/src/away/channels/push/vapid.ts';
import { startPushService, type TestPushService } from '../../bff/testing/away/push-service.ts';
import { startSmtpServer, type TestSmtpServer } from '../../bff/testing/away/smtp.ts';
import { startWebhookReceiver, type WebhookReceiver } from '../../bff/testing/away/webhook-receiver.ts';
import { eventually } from '../support/state.ts';
import { shownNotifications, startWorker, withPush } from '../ui/inbox/push-page.ts';
import { live, rows } from '../ui/support/browser.ts';
import { builtPage } from '../ui/support/built-page.ts';

const SECRET = randomBytes(32).toString('hex');
const OPS_TOKEN = randomBytes(32).toString('hex');
const WEBHOOK_SECRET = `whsec_${randomBytes(32).toString('base64')}`;
const folder = mkdtempSync(join(tmpdir(), 'tocsin-away-'));

let stack: Stack;
let browser: Browser;
let smtp: TestSmtpServer;
let webhook: WebhookReceiver;
let pushService: TestPushService;
/** A person's two devices, on different instances. */
let laptop: Page;
let phone: Page;
let phoneWorker: Awaited<ReturnType<typeof startWorker>>;

const bffUrl = (index: number): string => stack.bffs[index]?.url ?? '';

async function openDevice(index: number, before?: (context: BrowserContext) => Promise<void>): Promise<Page> {
  const token = await signToken({
    claims: { sub: 'ada', email: 'ada@example.org', feeds: [], roles: [] },
    exp: Math.floor(Date.now() / 1000) + 3_600,
    ...{ issuer: 'tocsin', audience: 'tocsin', secret: SECRET },
  });
  const context = await browser.newContext({ locale: 'en-GB' });
  await before?.(context);
  const page = await context.newPage();
  await page.goto(`${bffUrl(index)}/?feed=user:ada#token=${token}`);
  await live(page);
  return page;
}

async function publish(notifications: object[]): Promise<void> {
  const response = await fetch(`${stack.producers[0]?.url}/notifications`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(notifications.map((notification) => ({ feed: 'user:ada', ...notification }))),
  });
  expect(response.status).toBe(202);
}

/** Resolves with a notification's fallback outcomes once no fallback is waiting or being sent. */
const outcomesOf = (id: string) =>
  eventually(async () => {
    const headers = { authorization: `Bearer ${OPS_TOKEN}` };
    const response = await fetch(`${bffUrl(0)}/app/ops/receipts?feed=user:ada&id=${id}`, { headers });
    const { fallbacks } = receiptsSchema.parse(await response.json());
    const isEnded = fallbacks.every(({ state }) => state !== 'waiting' && state !== 'sending');
    return (
      fallbacks.length > 0 &&
      isEnded &&
      Object.fromEntries(fallbacks.map(({ via, state, reason }) => [via, reason ?? state]))
    );
  }, 90_000);

beforeAll(async () => {
  const vapid = newVapid('mailto:ops@shop.example');
  [smtp, webhook, pushService] = await Promise.all([
    startSmtpServer(),
    startWebhookReceiver(WEBHOOK_SECRET),
    startPushService(vapid.publicKey),
  ]);
  const components = join(folder, 'components');
  mkdirSync(components);
  const component = readFileSync(join('examples', 'channels', 'notification-webhook.yaml'), 'utf8');
  writeFileSync(
    join(components, 'notification-webhook.yaml'),
    component.replace('https://hooks.example.com/tocsin', webhook.url),
  );
  const file = join(folder, 'away.json');
  const settings = {
    publicUrl: 'https://inbox.example/app',
    // Long enough that a whole request's notifications share a message, even on a busy machine.
    email: { from: 'Shop <no-reply@shop.example>', window: 'PT10S' },
    push: { allowLoopback: true },
    webhook: { window: 'PT10S' },
  };
  writeFileSync(file, JSON.stringify(settings));
  const uiDist = await builtPage();
  [stack, browser] = await Promise.all([
    startStack({
      bffEnv: { AUTH_MODE: 'jwt', AWAY_FILE: file, OPS_TOKEN, UI_DIST: uiDist },
      resources: [components],
      secrets: {
        NOTIFICATION_SECRETS_jwt: SECRET,
        NOTIFICATION_SECRETS_smtp: smtp.url,
        NOTIFICATION_SECRETS_webhook: WEBHOOK_SECRET,
        NOTIFICATION_SECRETS_vapid: JSON.stringify(vapid),
      },
    }),
    launchBrowser({ notifications: true }),
  ]);
  [laptop, phone] = await Promise.all([
    openDevice(0),
    openDevice(1, withPush('granted', pushService.subscribe('phone'))),
  ]);
});
afterAll(async () => {
  await browser?.close();
  await stack?.stop();
  await Promise.all([smtp?.close(), webhook?.close(), pushService?.close()]);
  rmSync(folder, { recursive: true });
});

it('should let the reader opt in to e-mails on one device and enable push notifications on another', async () => {
  await laptop.getByTestId('page-settings-button').click();
  await laptop.getByRole('button', { name: 'Send e-mails to ada@example.org' }).click();
  await laptop.getByText('E-mails are sent to ada@example.org.').waitFor();
  // The page registers the same worker when push is turned on.
  phoneWorker = await startWorker(phone, bffUrl(1));
  await phone.getByTestId('page-settings-button').click();
  await phone.getByTestId('push').click();
  await phone.getByRole('button', { name: 'Push on this device: on', pressed: true }).waitFor();
  for (const page of [laptop, phone]) await page.getByTestId('preferences-close').click();
});

it('should push a notification that’s unread after 5 s, and stop sending once it’s read', async () => {
  const { worker, deliver } = phoneWorker;
  const start = Date.now();
  const fallback = [
    { after: 'PT5S', via: 'push' },
    { after: 'PT30S', via: 'email' },
    { after: 'PT30S', via: 'webhook' },
  ];
  await publish([{ id: 'door', title: 'Lock the door', fallback }]);
  const push = await eventually(async () => pushService.received[0], 60_000);
  expect(Date.now() - start).toBeGreaterThanOrEqual(5_000);
  await deliver(push.text);
  await expect.poll(() => shownNotifications(worker)).toMatchObject([{ title: 'Lock the door' }]);

  const row = rows(laptop).filter({ hasText: 'Lock the door' });
  await row.getByTestId('mark-read').click();
  await expect.poll(() => phone.title(), { timeout: 20_000 }).toBe('Tocsin');
  expect(await outcomesOf('door')).toEqual({ push: 'sent', email: 'read', webhook: 'read' });
  expect([pushService.received.length, smtp.received, webhook.received]).toEqual([1, [], []]);
});

it('should send ten unread notifications as a single e-mail and a single webhook', async () => {
  const fallback = ['email', 'webhook'].map((via) => ({ after: 'PT1S', via }));
  const ten = Array.from({ length: 10 }, (_, n) => ({ id: `order-${n}`, title: `Order ${n}`, fallback }));
  await publish(ten);
  for (const { id } of ten) expect(await outcomesOf(id)).toEqual({ email: 'sent', webhook: 'sent' });
  expect(smtp.received.map(({ to, mail }) => [to, mail.subject])).toEqual([
    [['ada@example.org'], '10 unread notifications'],
  ]);
  expect(webhook.received.map(({ event }) => event)).toMatchObject([
    { data: { reader: 'user:ada', count: 10 } },
  ]);
  expect([pushService.faults, webhook.faults]).toEqual([[], []]);
});
