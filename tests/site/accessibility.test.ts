import { readdirSync } from 'node:fs';
import type { Server } from 'node:http';
import { join } from 'node:path';
import { launchBrowser } from '@tocsin/tools';
import type { Browser, Page, ViewportSize } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { overflow, violations } from '../ui/support/axe.ts';
import { serve } from './serve.ts';

/** The built site. `npm run test:site` runs `npm run docs:build` first. */
const DIST = join(import.meta.dirname, '../../site/dist');
const WIDE = { width: 1280, height: 900 };
const NARROW = { width: 360, height: 780 };

/** Every page's address, for example `/guides/first-minute`. */
const PAGES = readdirSync(DIST, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.html') && file !== '404.html')
  .map((file) => `/${file.replace(/(?:index)?\.html$/, '')}`)
  .toSorted();

let site: { server: Server; origin: string };
let browser: Browser;
let page: Page;
const errors: string[] = [];

beforeAll(async () => {
  site = await serve(DIST);
  browser = await launchBrowser();
  page = await (await browser.newContext({ reducedMotion: 'reduce' })).newPage();
  page.on('pageerror', (error) => errors.push(String(error)));
});
afterAll(async () => {
  await browser.close();
  site.server.close();
});

/** Opens a page on the site. Returns the horizontal overflow in pixels. */
async function open(address: string, viewport: ViewportSize, colorScheme: 'light' | 'dark' = 'light') {
  await page.setViewportSize(viewport);
  await page.emulateMedia({ colorScheme });
  await page.goto(site.origin + address);
  await page.getByRole('heading', { level: 1 }).first().waitFor();
  return overflow(page);
}

it('should find the site’s pages', () => {
  expect(PAGES).toEqual(expect.arrayContaining(['/', '/guides/first-minute', '/protocol']));
});

it.each([...PAGES, '/missing'])('should find no violation, overflow or error on %s', async (address) => {
  expect(await open(address, NARROW), 'width of a narrow page').toBeLessThanOrEqual(0);
  expect(await open(address, WIDE), 'width').toBeLessThanOrEqual(0);
  expect(await violations(page)).toEqual([]);
  expect(errors.splice(0)).toEqual([]);
});

describe.each([
  { name: 'dark', viewport: WIDE, theme: 'dark' },
  { name: 'narrow', viewport: NARROW, theme: 'light' },
  { name: 'narrow and dark', viewport: NARROW, theme: 'dark' },
] as const)('on a $name page', ({ viewport, theme }) => {
  it.each(['/', '/guides/first-minute', '/guides/kubernetes', '/protocol'])(
    'should find no accessibility violation on %s',
    async (address) => {
      await open(address, viewport, theme);
      expect(await violations(page)).toEqual([]);
    },
  );
});
