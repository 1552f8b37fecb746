import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fetchPage } from '@tocsin/client';
import { Caller, makeNotifications } from '@tocsin/lab';
import { startStack, launchBrowser, type Stack } from '@tocsin/tools';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { live, rows } from '../ui/support/browser.ts';
import { builtPage } from '../ui/support/built-page.ts';

const MISSED = 5_000;
const SCREENSHOTS = join(import.meta.dirname, '../../.artifacts/e2e');

/** Records the ids of toasts as they appear. */
async function recordToasts(page: Page): Promise<() => Promise<string[]>> {
  await page.addInitScript(() => {
    const recordedIds: string[] = [];
    Object.assign(globalThis, { recordedIds });
    // If a new toast is in a list that is also new, the observer finds the toast twice.
    const seen = new WeakSet<Element>();
    new MutationObserver((changes) => {
      for (const { addedNodes } of changes) {
        for (const node of addedNodes) {
          if (!(node instanceof Element)) continue;
          const selector = '[data-testid="toast"][data-notification-id]';
          for (const toast of [node, ...node.querySelectorAll(selector)]) {
            if (!toast.matches(selector) || seen.has(toast)) continue;
            seen.add(toast);
            recordedIds.push(toast.getAttribute('data-notification-id') ?? '');
          }
        }
      }
    }).observe(document, { childList: true, subtree: true });
  });
  return () => page.evaluate(() => (globalThis as unknown as { recordedIds: string[] }).recordedIds);
}

/** Enough time to load the whole history on a machine that renders few frames a second. */
const PATIENCE_MS = 150_000;

const listedIds = (page: Page): Promise<string[]> =>
  rows(page).evaluateAll((elements) =>
    elements.map((element) => element.getAttribute('data-notification-id') ?? ''),
  );

/**
 * Keeps scrolling to the end of the inbox until no more rows load. Returns the ids of the last rows in or near the
 * viewport.
 */
const lastRows = (page: Page): Promise<string[]> =>
  page.evaluate(async (patience) => {
    const list = document.querySelector('[data-testid="inbox-list"]');
    if (!list) throw new Error('There is no inbox.');
    const frame = () => new Promise((drawn) => requestAnimationFrame(drawn));
    const until = performance.now() + patience;
    for (let unchanged = 0; unchanged < 3;) {
      if (performance.now() > until)
        throw new Error(`The end of the list was not reached: ${list.textContent.slice(-200)}`);
      const before = list.scrollHeight;
      list.scrollTo(0, before);
      await frame();
      await frame();
      const isEnd = list.textContent.includes('No older notifications.');
      unchanged = isEnd && list.scrollHeight === before ? unchanged + 1 : 0;
    }
    return [...list.querySelectorAll('[data-notification-id]')].map(
      (row) => row.getAttribute('data-notification-id') ?? '',
    );
  }, PATIENCE_MS);

describe('two pages, one on each instance', () => {
  let stack: Stack;
  let browser: Browser;
  let pages: { page: Page; toastIds: () => Promise<string[]> }[];

  beforeAll(async () => {
    const uiDist = await builtPage();
    [stack, browser] = await Promise.all([startStack({ env: { UI_DIST: uiDist } }), launchBrowser()]);
    pages = await Promise.all(
      stack.bffs.map(async ({ url }) => {
        const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
        const toastIds = await recordToasts(page);
        await page.goto(url);
        await live(page);
        return { page, toastIds };
      }),
    );
  });
  afterAll(async () => {
    await browser.close();
    await stack.stop();
  });

  it('should each show 20 notifications once and in order, as toasts and in the list', async () => {
    const notifications = makeNotifications(20);
    const ids = notifications.map(({ id }) => id);
    const caller = new Caller({ urls: stack.producers.map(({ url }) => url) });
    for (const notification of notifications) {
      await caller.post([notification]);
      for (const { page } of pages) {
        const selector = `[data-testid="toast"][data-notification-id="${notification.id}"]`;
        await page.locator(selector).waitFor();
      }
      await pages[0]?.page.screenshot({ path: join(makeDir(SCREENSHOTS), 'toasts.png') });
      for (const { page } of pages) {
        await page.keyboard.press('F8');
        await page.keyboard.press('Escape');
      }
    }
    for (const { page, toastIds } of pages) {
      await rows(page).nth(19).waitFor();
      expect(await toastIds()).toEqual(ids);
      expect((await listedIds(page)).reverse()).toEqual(ids);
    }
    for (const [index, { page }] of pages.entries()) {
      await page.screenshot({ path: join(SCREENSHOTS, `page-${index + 1}.png`) });
    }
  });

  it('should show the history without duplicates after a reload', async () => {
    for (const { page } of pages) {
      const before = await listedIds(page);
      await page.reload();
      await live(page);
      await rows(page).nth(19).waitFor();
      expect(await listedIds(page)).toEqual(before);
    }
  });

  it('should report 5,000 missed notifications in a single toast and list the whole history', async () => {
    const [first] = pages;
    if (!first) throw new Error('There is no page.');
    const { page } = first;
    const before = await listedIds(page);
    const url = stack.bffs[0]?.url ?? '';
    await page.goto('about:blank');
    const missed = makeNotifications(MISSED).map((missing) => ({ ...missing, severity: 'info' as const }));
    const caller = new Caller({ urls: stack.producers.map((producer) => producer.url) });
    for (let n = 0; n < MISSED; n += 1_000) await caller.post(missed.slice(n, n + 1_000));
    const offset = async () => (await fetchPage(url, { limit: 1 })).offset;
    await expect.poll(offset, { timeout: 60_000 }).toBe(MISSED + before.length);
    await page.goto(url);
    await page.getByRole('heading', { name: `${MISSED} new while you were away` }).waitFor();
    expect(await page.getByTestId('toast').count()).toBe(1);
    await page.getByTestId('bell').click();
    const inbox = page.getByTestId('inbox');
    await inbox.waitFor();
    const all = [...missed.map(({ id }) => id).reverse(), ...before];
    expect((await rows(page).first().getAttribute('data-notification-id')) ?? '').toBe(all[0]);
    const last = await lastRows(page);
    expect(last.length).toBeGreaterThan(0);
    expect(last).toEqual(all.slice(-last.length));
  }, 240_000);
});

function makeDir(dir: string): string {
  mkdirSync(dir, { recursive: true });
  return dir;
}
