import { mkdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { AxeResults, RunOptions } from 'axe-core';
import { launchBrowser } from '@tocsin/tools';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { builtPage, removeBuiltPage } from './built-page.ts';
import { inState, STATES } from './states.ts';

const artifacts = join(import.meta.dirname, '../../.artifacts/ui');
const axePath = createRequire(join(import.meta.dirname, '../../ui/package.json')).resolve(
  'axe-core/axe.min.js',
);

let browser: Browser;
let dist: string;
let axe: string;

beforeAll(async () => {
  [browser, dist, axe] = await Promise.all([launchBrowser(), builtPage(), readFile(axePath, 'utf8')]);
  await mkdir(artifacts, { recursive: true });
});
afterAll(async () => {
  await browser.close();
  await removeBuiltPage();
});

/** Everything that axe finds against WCAG 2.2 AA and its own good practice, as `rule: selector`. */
async function violations(page: Page): Promise<string[]> {
  // The page's policy allows no inline script; an evaluated one is not the page's.
  await page.evaluate(axe);
  const results = await page.evaluate(async () => {
    const { axe } = window as unknown as { axe: { run: (options: RunOptions) => Promise<AxeResults> } };
    return axe.run({
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
      resultTypes: ['violations'],
    });
  });
  return results.violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')} ${failureSummary}`),
  );
}

const overflow = (page: Page) =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

const looks = [
  { width: 360, height: 780, theme: 'light' },
  { width: 360, height: 780, theme: 'dark' },
  { width: 1440, height: 900, theme: 'light' },
  { width: 1440, height: 900, theme: 'dark' },
] as const;

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

it('should shift nothing but the list and the toasts when notifications arrive', async () => {
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
            if (!element?.closest('.tocsin-day, .tocsin-toasts'))
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
