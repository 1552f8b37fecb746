import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts, launchBrowser, startMemoryBff, type MemoryBff } from '@tocsin/tools';
import type { Browser } from 'playwright-core';
import { build, preview, type PreviewServer } from 'vite';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { installDependencies } from './installed-client.ts';

const EXAMPLE = join(import.meta.dirname, '../../../examples/vue-app');
const GUIDE = join(import.meta.dirname, '../../../docs/guides/embed-in-your-app.md');

let browser: Browser;
/** A folder that contains only the example and its installed packages. */
let root: string;
let shop: PreviewServer;
let bff: MemoryBff;
let urls: { shop: string; other: string };

beforeAll(async () => {
  const [shopPort = 0] = await freePorts(1);
  urls = { shop: `http://localhost:${shopPort}`, other: `http://127.0.0.1:${shopPort}` };
  root = await mkdtemp(join(tmpdir(), 'tocsin-example-'));
  await cp(EXAMPLE, root, { recursive: true });
  await installDependencies(root);
  bff = await startMemoryBff({ ALLOWED_ORIGINS: urls.shop });
  const outDir = join(root, 'dist');
  const app = { root, configFile: join(root, 'vite.config.js'), logLevel: 'error' } as const;
  await build({
    ...app,
    define: { 'import.meta.env.VITE_TOCSIN_URL': JSON.stringify(bff.url) },
    build: { outDir, emptyOutDir: true },
  });
  [browser, shop] = await Promise.all([
    launchBrowser(),
    preview({ ...app, build: { outDir }, preview: { port: shopPort, strictPort: true, host: '0.0.0.0' } }),
  ]);
});
afterAll(async () => {
  await browser.close();
  await shop.close();
  await bff.stop();
  await rm(root, { recursive: true, force: true });
});

it('should have the same ten lines as the guide', async () => {
  const app = await readFile(join(EXAMPLE, 'App.vue'), 'utf8');
  expect(app.trim().split('\n')).toHaveLength(10);
  expect(await readFile(GUIDE, 'utf8')).toContain(app);
});

it('should show the bell, inbox and toasts in an app on a different origin, whatever the app’s styles', async () => {
  const page = await browser.newPage();
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(String(error)));
  page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
  const newest = page.waitForResponse(
    (response) => response.url().includes('/app/notifications') && response.request().method() === 'GET',
  );
  await page.goto(urls.shop);
  // On a first visit, notifications in the feed's newest page don't count as new. Wait for that page before publishing.
  await newest;
  await page.addStyleTag({ content: '.toast, .row, .button, .icon, .bell { display: none !important }' });
  const before = await page.locator('header').evaluate((header) => getComputedStyle(header).fontFamily);
  await bff.publish([{ title: 'Before it was live', severity: 'info' }]);
  await page.getByTestId('toast').getByRole('heading', { name: 'Before it was live' }).waitFor();
  await expect.poll(() => page.getByTestId('unread').textContent()).toBe('1');
  await page.getByTestId('bell').click();
  const inbox = page.getByTestId('inbox');
  await inbox.getByText('Before it was live').waitFor();
  // The bell counts unseen notifications only, and opening the inbox marks them as seen.
  await expect.poll(() => page.getByTestId('unread').count()).toBe(0);
  const row = inbox.locator('.tocsin-row--unread');
  await expect.poll(() => row.count()).toBe(1);
  await page.getByTestId('mark-all-read').click();
  await expect.poll(() => row.count()).toBe(0);
  expect(
    await page.locator('header').evaluate((header) => getComputedStyle(header).fontFamily),
    "the app's own style is unchanged",
  ).toBe(before);
  expect(faults).toEqual([]);
  await page.close();
});

it('should show that the server is unreachable if the bff doesn’t allow the app’s origin', async () => {
  const page = await browser.newPage();
  const failedRequest = page.waitForEvent('requestfailed');
  await page.goto(urls.other);
  await failedRequest;
  await page.getByTestId('bell').click();
  await page.getByTestId('inbox').getByTestId('unreachable').waitFor();
  await page.close();
});
