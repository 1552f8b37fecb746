import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { launchBrowser } from '@tocsin/tools';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { looks, overflow, violations } from '../support/axe.ts';
import { builtPage, removeBuiltPage } from '../support/built-page.ts';
import { inState, STATES } from './states.ts';

const artifacts = join(import.meta.dirname, '../../../.artifacts/ui');

let browser: Browser;
let dist: string;

beforeAll(async () => {
  [browser, dist] = await Promise.all([launchBrowser(), builtPage()]);
  await mkdir(artifacts, { recursive: true });
});
afterAll(async () => {
  await browser.close();
  await removeBuiltPage();
});

it.each(Object.keys(STATES))('should be accessible while it shows: %s', async (state) => {
  await inState(browser, dist, state, {}, async ({ page, faults }) => {
    for (const { width, height, theme } of looks) {
      await page.setViewportSize({ width, height });
      await page.emulateMedia({ colorScheme: theme });
      await page.waitForTimeout(150);
      const look = `${state}-${width}-${theme}`;
      await page.screenshot({ path: join(artifacts, `${look}.png`) });
      expect(await violations(page), look).toEqual([]);
      expect(await overflow(page), `${look}: nothing sticks out sideways`).toBeLessThanOrEqual(0);
    }
    expect(faults).toEqual([]);
  });
});

it.each([
  ['at 200 % zoom', 720, 450],
  ['at 400 % zoom', 320, 256],
])('should reflow %s', async (_name, width, height) => {
  await inState(browser, dist, 'toasts', { width, height }, async ({ page }) => {
    expect(await overflow(page)).toBeLessThanOrEqual(0);
    const box = await page.getByTestId('toasts').boundingBox();
    expect(box?.y).toBeGreaterThanOrEqual(0);
    expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThanOrEqual(width);
    await page.screenshot({ path: join(artifacts, `zoom-${width}.png`) });
  });
});

it('should move only the list, the counts of tabs and the toasts when notifications arrive', async () => {
  await inState(browser, dist, 'list', {}, async ({ page, bff }) => {
    await page.evaluate(() => {
      const shifted: string[] = [];
      Object.assign(window, { shifted });
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries() as (PerformanceEntry & {
          sources: { node: Node | null }[];
        })[]) {
          for (const { node } of entry.sources) {
            const element = node instanceof Element ? node : node?.parentElement;
            // The counts of tabs grow, too.
            if (!element?.closest('.tocsin-day, .tocsin-toasts, [role="tablist"]'))
              shifted.push(element?.outerHTML.slice(0, 120) ?? 'removed');
          }
        }
      }).observe({ type: 'layout-shift', buffered: false });
    });
    for (let n = 0; n < 5; n++) bff.publish([{ title: `Arriving ${n}`, severity: 'error' }]);
    await page.getByTestId('unread').waitFor();
    await bff.stop();
    await page.locator('[data-state="reconnecting"]').waitFor();
    await page.waitForTimeout(500);
    expect(await page.evaluate(() => (window as unknown as { shifted: string[] }).shifted)).toEqual([]);
  });
});
