import { mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureUi, ROOT } from '@tocsin/tools';
import puppeteer, { type Browser, type Page } from 'puppeteer-core';
import { FakeBff } from '../fakes/fake-bff.ts';

const SHOP = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Shop</title></head><body>
<main><h1>Shop</h1><tocsin-bell></tocsin-bell><tocsin-toasts></tocsin-toasts></main>
<script type="module" src="/elements.js"></script></body></html>`;

/** A separate folder with the built page, and with `/shop.html`, another app's page that uses the custom elements. */
export async function servedFiles(): Promise<{ dist: string; remove: () => Promise<void> }> {
  await ensureUi(() => undefined);
  const built = join(ROOT, 'ui', 'dist');
  const dist = await mkdtemp(join(tmpdir(), 'tocsin-firefox-'));
  for (const name of await readdir(built)) await symlink(join(built, name), join(dist, name));
  await writeFile(join(dist, 'shop.html'), SHOP);
  return { dist, remove: () => rm(dist, { recursive: true, force: true }) };
}

/** A headless Firefox that is driven over WebDriver BiDi. */
export const launchFirefox = (executablePath: string): Promise<Browser> =>
  puppeteer.launch({ browser: 'firefox', executablePath, headless: true });

export interface FirefoxOptions {
  width?: number;
  height?: number;
  path?: string;
  language?: string;
  dir?: 'rtl';
}

/** Opens a page with its own bff. `close` returns the errors that the page reported. */
export async function openInFirefox(
  browser: Browser,
  dist: string,
  { width = 1440, height = 900, path = '/', language, dir }: FirefoxOptions,
): Promise<{ page: Page; bff: FakeBff; close: () => Promise<string[]> }> {
  const bff = new FakeBff(dist);
  await bff.start();
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(String(error)));
  await page.setViewport({ width, height });
  await page.evaluateOnNewDocument(
    (tag, direction) => {
      if (tag) Object.defineProperty(navigator, 'language', { get: () => tag });
      if (direction)
        document.addEventListener('readystatechange', () => (document.documentElement.dir = direction));
    },
    language ?? '',
    dir ?? '',
  );
  await page.goto(bff.url + path, { waitUntil: 'domcontentloaded' });
  return {
    page,
    bff,
    close: async () => {
      await context.close();
      await bff.stop();
      return faults;
    },
  };
}

/** Finds an element by its test id, even inside the shadow root of a custom element. */
export const byId = (id: string, host = ''): string => `${host && `${host} >>> `}[data-testid="${id}"]`;

/** The trimmed text of each element. */
export const texts = (page: Page, selector: string): Promise<string[]> =>
  page.$$eval(selector, (all) => all.map((element) => element.textContent?.trim() ?? ''));
