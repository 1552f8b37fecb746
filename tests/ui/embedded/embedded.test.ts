import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import vue from '@vitejs/plugin-vue';
import { freePorts, launchBrowser, signToken, startMemoryBff, type MemoryBff } from '@tocsin/tools';
import type { Browser, Page } from 'playwright-core';
import { build, preview, type InlineConfig, type PreviewServer } from 'vite';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { toasts } from '../support/browser.ts';
import { installDependencies } from './installed-client.ts';
import { stylesIn, writeIsolationPages } from './isolation-pages.ts';

const SECRET = 'a-secret-of-this-test-alone-0123456789abcdef';
/** Lifetime of the first tokens (seconds). */
const SHORT_LIFETIME_S = 15;
const APP = `
<script setup>
import { NotificationBell, NotificationToasts, useNotifications } from '@tocsin/client-vue';

const notifications = useNotifications({ url: window.bffUrl, getToken: () => window.fetchToken() });
</script>

<template>
  <p data-testid="status">{{ notifications.status }}</p>
  <NotificationBell>
    <template #row="{ item, unread }">
      <b>{{ item.notification.title }}, {{ unread ? 'new' : 'old' }}</b>
    </template>
  </NotificationBell>
  <NotificationToasts>
    <template #toast="{ toast }"><i>{{ toast.title }}!</i></template>
  </NotificationToasts>
</template>
`;
const MAIN = `import { createApp } from 'vue';
import App from './App.vue';

createApp(App).mount('#app');`;
const HTML = `<!doctype html><html lang="en"><meta charset="utf-8"><title>App</title><link rel="icon" href="data:,">
<div id="app"></div><script type="module" src="./main.js"></script></html>`;

let browser: Browser;
/** Folder for an app that runs on a different origin and has the packed client installed. */
let root: string;
let app: PreviewServer;
let origin: string;
let bff: MemoryBff;
let page: Page;
/** Lifetimes (seconds) for the page's next tokens. All later tokens last an hour. */
let lifetimes: number[];
let tokenCount: number;
let connections: number;

async function token(): Promise<string> {
  tokenCount++;
  const exp = Math.floor(Date.now() / 1_000) + (lifetimes.shift() ?? 3_600);
  const claims = { sub: 'ada', feeds: [], roles: [] };
  return signToken({ claims, exp, issuer: 'tocsin', audience: 'tocsin', secret: SECRET });
}

beforeAll(async () => {
  const [port = 0] = await freePorts(1);
  origin = `http://localhost:${port}`;
  root = await mkdtemp(join(tmpdir(), 'tocsin-embedded-'));
  await installDependencies(root);
  await writeFile(join(root, 'App.vue'), APP);
  await writeFile(join(root, 'main.js'), MAIN);
  await writeFile(join(root, 'index.html'), HTML);
  const config: InlineConfig = { root, configFile: false, logLevel: 'error', plugins: [vue()] };
  const input = [join(root, 'index.html'), ...(await writeIsolationPages(root))];
  await build({ ...config, build: { rolldownOptions: { input } } });
  [browser, app] = await Promise.all([
    launchBrowser(),
    preview({ ...config, preview: { port, strictPort: true, host: '0.0.0.0' } }),
  ]);
});
afterAll(async () => {
  await browser.close();
  await app.close();
  await rm(root, { recursive: true, force: true });
});
beforeEach(async () => {
  [lifetimes, tokenCount, connections] = [[], 0, 0];
  bff = await startMemoryBff(
    { ALLOWED_ORIGINS: origin, AUTH_MODE: 'jwt', JWT_CLOCK_SKEW: '0' },
    { jwt: SECRET },
  );
  page = await browser.newPage();
  page.on('websocket', () => connections++);
  await page.exposeFunction('fetchToken', token);
  await page.addInitScript((url) => Object.assign(window, { bffUrl: url }), bff.url);
});
afterEach(async () => {
  await page.close();
  await bff.stop();
});
const live = () => page.getByText('live', { exact: true }).waitFor();

it("should render the app's own rows and toasts with Tocsin's buttons", async () => {
  await page.goto(origin);
  await live();
  await bff.publish([{ title: 'Mine', severity: 'error' }]);
  const toast = toasts(page);
  await toast.getByText('Mine!', { exact: true }).waitFor();
  expect(await toast.getByRole('heading').count(), 'our own heading is not rendered').toBe(0);
  await toast.getByTestId('toast-dismiss').click();
  await expect.poll(() => toast.count()).toBe(0);
  await page.getByTestId('bell').click();
  const row = page.getByTestId('inbox').getByTestId('notification');
  await row.getByText('Mine, new', { exact: true }).waitFor();
  expect(await row.getByRole('heading').count(), 'our own heading is not rendered').toBe(0);
  await row.getByTestId('mark-read').click();
  await row.getByText('Mine, old', { exact: true }).waitFor();
  await row.getByTestId('row-dismiss').click();
  await expect.poll(() => row.count()).toBe(0);
});

it.each(['hostile', 'tailwind'])('should look the same on a page with the %s style sheet', async (name) => {
  async function computedStyles(style: string): Promise<Record<string, string[]>> {
    await page.goto(`${origin}/${style}.html`);
    await page.getByTestId('bell').click();
    await page.getByTestId('inbox').getByTestId('notification').first().waitFor();
    await page.getByTestId('row-menu').first().waitFor({ state: 'attached' });
    await bff.publish([{ title: `Loud in ${style}`, body: 'Of all', severity: 'error' }]);
    await toasts(page).first().waitFor();
    await page.mouse.move(0, 0);
    return stylesIn(page);
  }
  await bff.publish([{ title: 'First', body: 'Of all', source: 'Shop', severity: 'warning', link: '/demo' }]);
  const [plain, styled] = [await computedStyles('plain'), await computedStyles(name)];
  const sharedElements = Object.keys(plain).filter((element) => element in styled);
  expect(sharedElements.length).toBeGreaterThan(40);
  const differences = sharedElements.flatMap((element) =>
    (styled[element] ?? [])
      .filter((line, index) => line !== plain[element]?.[index])
      .map((line) => `${element} { ${line} }`),
  );
  expect(differences).toEqual([]);
});

it('should send the server a new token over the same connection before the old token expires', async () => {
  // Enough short-lived tokens for all initial requests.
  lifetimes = Array<number>(20).fill(SHORT_LIFETIME_S);
  await page.goto(origin);
  await live();
  lifetimes = [];
  const [atStart, end] = [tokenCount, Date.now() + SHORT_LIFETIME_S * 1_000];
  await expect.poll(() => tokenCount, { timeout: 2_000 * SHORT_LIFETIME_S }).toBeGreaterThan(atStart);
  // Wait until the first token has expired. The connection must outlive it.
  await page.waitForTimeout(Math.max(0, end - Date.now()) + 1_000);
  await bff.publish([{ title: 'After the first token' }]);
  await toasts(page).getByText('After the first token!', { exact: true }).waitFor();
  expect(await page.getByTestId('status').textContent()).toBe('live');
  expect(connections).toBe(1);
});

it('should show in the bell and inbox that a token is rejected, and connect once the app has a new token', async () => {
  lifetimes = Array<number>(200).fill(-60);
  await page.goto(origin);
  await page.getByTestId('bell').click();
  const inbox = page.getByTestId('inbox');
  await inbox.getByRole('heading', { name: 'The server refused access' }).waitFor();
  expect(await inbox.getByTestId('refused').textContent()).toMatch(/expired/);
  expect(await page.getByTestId('bell').getAttribute('aria-label')).toMatch(/refused access/);
  lifetimes = [];
  await live();
  await inbox.getByTestId('empty').waitFor({ timeout: 60_000 });
  expect(await page.getByTestId('bell-trouble').count()).toBe(0);
});

it('should send only a heartbeat while idle', async () => {
  const sent: string[] = [];
  page.on('websocket', (socket) => socket.on('framesent', ({ payload }) => sent.push(String(payload))));
  await page.goto(origin);
  await live();
  const before = sent.length;
  await page.waitForTimeout(24_000);
  expect(sent.slice(before).filter((frame) => frame !== '3')).toEqual([]);
});
