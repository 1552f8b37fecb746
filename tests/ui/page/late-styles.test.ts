import type { Page, Route } from 'playwright-core';
import { expect, it } from 'vitest';
import { usePages } from '../support/use-pages.ts';

const pages = usePages();

/** Style sheets that the page itself does not name. */
const LATE = /\/assets\/(?!first-|index-|page-[^t]).*\.css$/;

/** Opens the page. Each late style sheet goes through `answer`, with the number of its attempt. */
async function openWith(answer: (route: Route, attempt: number) => Promise<void>): Promise<Page> {
  const attempts = new Map<string, number>();
  return pages.open({
    before: async (context) => {
      await context.route(LATE, (route) => {
        const attempt = (attempts.get(route.request().url()) ?? 0) + 1;
        attempts.set(route.request().url(), attempt);
        return answer(route, attempt);
      });
    },
  });
}

/** The layout of the tabs at the moment at which they are in the page. `block` is that of a page without their style. */
const layoutOfTabs = (page: Page) =>
  page
    .getByRole('tablist')
    .first()
    .evaluate((tabs) => getComputedStyle(tabs).display);

it('should show the tools of the inbox only with their style on a slow line', async () => {
  const page = await openWith(async (route) => {
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    await route.continue();
  });
  expect(await layoutOfTabs(page)).toBe('flex');
});

it('should load a style that failed again, and show the tools with it', async () => {
  pages.bff.publish([{ title: 'Here' }]);
  const page = await openWith((route, attempt) => (attempt < 3 ? route.abort() : route.continue()));
  expect(await layoutOfTabs(page)).toBe('flex');
});
