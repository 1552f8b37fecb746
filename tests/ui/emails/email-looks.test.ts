import { join } from 'node:path';
import { isolate } from '@tocsin/contracts';
import { launchBrowser } from '@tocsin/tools';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadTemplates, SAMPLES } from '../../../bff/src/away/templates/index.ts';
import { artifacts, looks, overflow, violations } from '../support/axe.ts';

/** Only the WCAG rules. axe's best practices are for pages: an e-mail has no landmarks. */
const WCAG = { type: 'tag' as const, values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] };
const LOOKS = looks.filter(({ width }) => width === 360 || width === 1440);

const templates = loadTemplates();
let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

describe.each(SAMPLES.map((sample) => [sample.key.replace(/^sample-/, ''), sample] as const))(
  'the e-mail %s',
  (name, sample) => {
    const { html, text } = templates.render(sample);

    it('should fit and be readable on a phone and on a large screen, light and dark', async () => {
      const page = await browser.newPage();
      try {
        await page.setContent(html);
        for (const { width, height, theme } of LOOKS) {
          const look = `email-${name}-${width}-${theme}`;
          await page.setViewportSize({ width, height });
          await page.emulateMedia({ colorScheme: theme });
          await page.screenshot({ path: join(artifacts, `${look}.png`), fullPage: true });
          expect(await overflow(page), `${look}: nothing overflows horizontally`).toBeLessThanOrEqual(0);
          expect(await violations(page, WCAG), look).toEqual([]);
        }
        for (const { title } of sample.notifications)
          expect(await page.getByText(title, { exact: true }).isVisible()).toBe(true);
      } finally {
        await page.close();
      }
    });

    it('should include every title and link in the plain text', () => {
      const { inbox, unsubscribe, open } = sample.links;
      const links = sample.notifications.flatMap((notification) => [
        open(notification),
        ...[notification.link, ...(notification.actions ?? []).map(({ link }) => link)].flatMap((link) =>
          link === undefined ? [] : new URL(link, inbox).href,
        ),
      ]);
      for (const link of [...links, inbox, unsubscribe]) expect(text).toContain(link);
      for (const { title, body = '', actions = [] } of sample.notifications)
        for (const expected of [
          title,
          ...body.split('\n').filter(Boolean),
          ...actions.map(({ label }) => label),
        ])
          expect(text).toContain(isolate(expected));
    });
  },
);
