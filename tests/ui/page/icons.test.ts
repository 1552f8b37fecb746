import { launchBrowser, startMemoryBff, type MemoryBff } from '@tocsin/tools';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { live, rows } from '../support/browser.ts';
import { builtPage } from '../support/built-page.ts';

const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==',
  'base64',
);

let browser: Browser;
let bff: MemoryBff | undefined;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterEach(async () => {
  await bff?.stop();
});
afterAll(async () => {
  await browser.close();
});

it.each([
  ['', ['none', 'none']],
  ['https://cdn.example.com', [1, 'none']],
])('should load images of icons only from allowed origins (ICON_ORIGINS: %j)', async (origins, shown) => {
  bff = await startMemoryBff({ ICON_ORIGINS: origins, UI_DIST: await builtPage() });
  const page = await browser.newPage();
  const requested: string[] = [];
  await page.route(/^https:/, (route) => {
    requested.push(new URL(route.request().url()).host);
    return route.fulfill({ contentType: 'image/png', body: PIXEL });
  });
  await page.goto(bff.url);
  await live(page);
  await bff.publish([
    { title: 'Foreign', icon: 'https://other.example.com/a.png' },
    { title: 'Allowed', icon: 'https://cdn.example.com/a.png' },
  ]);
  await rows(page).nth(1).waitFor();
  const widths = () =>
    rows(page).evaluateAll((all) => all.map((row) => row.querySelector('img')?.naturalWidth ?? 'none'));
  await expect.poll(widths).toEqual(shown);
  expect([...new Set(requested)]).toEqual(origins === '' ? [] : ['cdn.example.com']);
  await page.close();
});
