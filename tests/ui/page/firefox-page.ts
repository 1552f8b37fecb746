import { mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureUi, ROOT } from '@tocsin/tools';
import puppeteer, { type Browser, type HTTPRequest, type Page } from 'puppeteer-core';
import type { Page as PlaywrightPage, Route } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { FakeBff } from '../fakes/fake-bff.ts';
import type { FakeOps } from '../fakes/fake-ops.ts';

const SHOP = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Shop</title></head><body>
<main><h1>Shop</h1><tocsin-bell></tocsin-bell><tocsin-toasts></tocsin-toasts></main>
<script type="module" src="/elements.js"></script></body></html>`;

/** Creates a folder that contains the built page and `/shop.html`, another app's page that uses the custom elements. */
async function servedFiles(): Promise<{ dist: string; remove: () => Promise<void> }> {
  await ensureUi(() => undefined);
  const built = join(ROOT, 'ui', 'dist');
  const dist = await mkdtemp(join(tmpdir(), 'tocsin-firefox-'));
  for (const name of await readdir(built)) await symlink(join(built, name), join(dist, name));
  await writeFile(join(dist, 'shop.html'), SHOP);
  return { dist, remove: () => rm(dist, { recursive: true, force: true }) };
}

const launchFirefox = (executablePath: string): Promise<Browser> =>
  puppeteer.launch({ browser: 'firefox', executablePath, headless: true });

interface FirefoxOptions {
  width?: number;
  height?: number;
  path?: string;
  language?: string;
  dir?: 'rtl';
  /** Responds to an ops page's requests. */
  ops?: FakeOps;
}

interface OpenInFirefox {
  page: Page;
  bff: FakeBff;
  /** Closes the page and the bff. Returns any errors the page reported. */
  close: () => Promise<string[]>;
}

/** Opens a page with a separate bff. */
async function openInFirefox(
  browser: Browser,
  dist: string,
  { width = 1440, height = 900, path = '/', language, dir, ops }: FirefoxOptions,
): Promise<OpenInFirefox> {
  const bff = new FakeBff(dist);
  await bff.start();
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  const faults: string[] = [];
  page.on('pageerror', (error) => {
    // Firefox reports a failed or interrupted connection as a page error.
    if (!/establish a connection|The connection to ws.* was interrupted/.test(String(error)))
      faults.push(String(error));
  });
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
  if (ops) await serveOps(page, ops);
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

/** Responds to the ops page's requests. The routes passed to `FakeOps` have only the methods that it uses. */
async function serveOps(page: Page, ops: FakeOps): Promise<void> {
  let respond: (route: Route) => Promise<void> = () => Promise.resolve();
  const route = (_pattern: string, handler: typeof respond) => Promise.resolve(void (respond = handler));
  await ops.serve({ route } as unknown as PlaywrightPage);
  await page.setRequestInterception(true);
  page.on('request', (request) => {
    const { pathname } = new URL(request.url());
    if (pathname.startsWith('/app/ops/')) void routeOf(request).then(respond);
    else void request.continue();
  });
}

async function routeOf(request: HTTPRequest): Promise<Route> {
  const sent = await (request.hasPostData() ? request.fetchPostData() : undefined);
  const body = JSON.parse(sent ?? 'null') as unknown;
  const route = {
    request: () => ({
      url: () => request.url(),
      method: () => request.method(),
      allHeaders: () => Promise.resolve(request.headers()),
      postDataJSON: () => body,
    }),
    fulfill: ({ status = 200, json }: { status?: number; json?: unknown }) =>
      request.respond({ status, contentType: 'application/json', body: JSON.stringify(json ?? null) }),
  };
  return route as unknown as Route;
}

/**
 * Starts Firefox for all tests in a file, and fails a test if the page reports an error. Returns a function that opens
 * a page, which is closed after the test.
 */
export function useFirefox(executablePath: string): (options?: FirefoxOptions) => Promise<OpenInFirefox> {
  let browser: Browser;
  let served: Awaited<ReturnType<typeof servedFiles>>;
  let opened: OpenInFirefox | undefined;
  beforeAll(async () => {
    served = await servedFiles();
    browser = await launchFirefox(executablePath);
  });
  afterEach(async () => {
    const faults = await opened?.close();
    opened = undefined;
    expect(faults ?? []).toEqual([]);
  });
  afterAll(async () => {
    await browser?.close();
    await served?.remove();
  });
  return async (options = {}) => {
    opened = await openInFirefox(browser, served.dist, options);
    return opened;
  };
}

/** Waits until the page is connected. */
export const live = (page: Page) => page.waitForSelector('[data-testid="connection"][data-state="live"]');

/** Returns the focused element's test id, or the tag name if there's no test id. */
export const focusedId = (page: Page): Promise<string | undefined> =>
  page.evaluate(() => document.activeElement?.getAttribute('data-testid') ?? document.activeElement?.tagName);

const TITLES = '.Vue-Toastification__toast:not(.tocsin-toast-leave) [data-testid="toast"] h3';
export const toastTitles = (page: Page, within = ''): Promise<string[]> =>
  texts(page, `${within} ${TITLES}`.trim());

/** Returns a selector for a test id, within the shadow root of the custom element `host` if there is one. */
export const byId = (id: string, host = ''): string => `${host && `${host} >>> `}[data-testid="${id}"]`;

export const texts = (page: Page, selector: string): Promise<string[]> =>
  page.$$eval(selector, (all) => all.map((element) => element.textContent?.trim() ?? ''));
