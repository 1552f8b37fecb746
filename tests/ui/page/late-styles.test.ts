import type { Page, Route } from 'playwright-core';
import { expect, it } from 'vitest';
import { usePages } from '../support/use-pages.ts';

const pages = usePages();

/** Style sheets that the page's HTML doesn't link to. */
const LATE = /\/assets\/(?!first-|index-|page-[^t]).*\.css$/;

/** Opens the page. Calls `handle` with each request for a late style sheet and the attempt number. */
async function openWith(handle: (route: Route, attempt: number) => Promise<void>): Promise<Page> {
  const attempts = new Map<string, number>();
  return pages.open({
    before: async (context) => {
      await context.route(LATE, (route) => {
        const attempt = (attempts.get(route.request().url()) ?? 0) + 1;
        attempts.set(route.request().url(), attempt);
        return handle(route, attempt);
      });
    },
  });
}

/** Returns the tabs' layout as soon as they're on the page: `block` while unstyled. */
const layoutOfTabs = (page: Page) =>
  page
    .getByRole('tablist')
    .first()
    .evaluate((tabs) => getComputedStyle(tabs).display);

it('should show the inbox tools only once they’re styled, on a slow connection', async () => {
  const page = await openWith(async (route) => {
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    await route.continue();
  });
  expect(await layoutOfTabs(page)).toBe('flex');
});

it('should retry loading a style sheet after failures, and then show the tools', async () => {
  pages.bff.publish([{ title: 'Here' }]);
  const page = await openWith((route, attempt) => (attempt < 3 ? route.abort() : route.continue()));
  expect(await layoutOfTabs(page)).toBe('flex');
});
