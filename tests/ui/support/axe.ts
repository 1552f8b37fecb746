import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { AxeResults, RunOptions } from 'axe-core';
import type { Locator, Page } from 'playwright-core';
import { expect } from 'vitest';

const axePath = createRequire(join(import.meta.dirname, '../../../ui/package.json')).resolve(
  'axe-core/axe.min.js',
);
let source: Promise<string> | undefined;

const EVERY_RULE: RunOptions['runOnly'] = {
  type: 'tag',
  values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
};
/** The only rule that depends on the theme. */
const COLORS: RunOptions['runOnly'] = { type: 'rule', values: ['color-contrast'] };

/** Returns violations of `rules` (default: WCAG 2.2 AA and axe's best practices), each as `rule: selector summary`. */
export async function violations(page: Page, rules = EVERY_RULE): Promise<string[]> {
  // The page's content security policy forbids inline scripts, but doesn't apply to `evaluate`.
  await page.evaluate(await (source ??= readFile(axePath, 'utf8')));
  const results = await page.evaluate(async (runOnly) => {
    // Elements that are still fading in don't have enough contrast.
    const isEndless = (animation: Animation) => animation.effect?.getComputedTiming().endTime === Infinity;
    await Promise.allSettled(
      document.getAnimations().flatMap((animation) => (isEndless(animation) ? [] : animation.finished)),
    );
    const { axe } = window as unknown as { axe: { run: (options: RunOptions) => Promise<AxeResults> } };
    return axe.run({ ...(runOnly && { runOnly }), resultTypes: ['violations'] });
  }, rules);
  return results.violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')} ${failureSummary}`),
  );
}

/** Returns the content's horizontal overflow in pixels. */
export const overflow = (page: Page) =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

/** The widths and themes in which each state is checked. */
export const looks = [
  { width: 360, height: 780, theme: 'light' },
  { width: 360, height: 780, theme: 'dark' },
  { width: 768, height: 1024, theme: 'light' },
  { width: 768, height: 1024, theme: 'dark' },
  { width: 1440, height: 900, theme: 'light' },
  { width: 1440, height: 900, theme: 'dark' },
] as const;

/** The folder for screenshots. */
export const artifacts = join(import.meta.dirname, '../../../.artifacts/ui');

/**
 * Takes screenshots of the page in every width and theme, and mirrored in two widths. Checks that there is no
 * horizontal overflow and, unless mirrored, that the page is accessible. Runs all axe rules once per width, and only
 * the contrast rule in the second theme.
 */
export async function checkLooks(
  page: Page,
  name: string,
  options: { fullPage?: boolean; of?: Locator; settle?: () => Promise<void> } = {},
): Promise<void> {
  const { fullPage = false, of, settle = () => page.waitForTimeout(150) } = options;
  const check = async (look: string) => {
    await settle();
    // On a scrolled page, fixed and sticky elements would cover the middle of a full-page screenshot.
    if (fullPage) await page.evaluate(() => scrollTo(0, 0));
    const path = join(artifacts, `${look}.png`);
    await (of ? of.screenshot({ path }) : page.screenshot({ path, fullPage }));
    expect(await overflow(page), `${look}: nothing overflows horizontally`).toBeLessThanOrEqual(0);
  };
  for (const { width, height, theme } of looks) {
    const look = `${name}-${width}-${theme}`;
    await page.setViewportSize({ width, height });
    await page.emulateMedia({ colorScheme: theme });
    await check(look);
    expect(await violations(page, theme === 'light' ? EVERY_RULE : COLORS), look).toEqual([]);
  }
  await page.evaluate(() => (document.documentElement.dir = 'rtl'));
  for (const { width, height } of [
    { width: 360, height: 780 },
    { width: 1440, height: 900 },
  ]) {
    await page.setViewportSize({ width, height });
    await check(`${name}-${width}-rtl`);
  }
  await page.evaluate(() => (document.documentElement.dir = 'ltr'));
}
