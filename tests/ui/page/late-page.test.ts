import type { BrowserContext } from 'playwright-core';
import { expect, it } from 'vitest';
import { live, rows } from '../support/browser.ts';
import { usePages } from '../support/use-pages.ts';

const pages = usePages();

/** Sends the first request for a page of the feed immediately, but holds back the response until `until` resolves. */
async function holdPage(context: BrowserContext, until: Promise<void>): Promise<void> {
  await context.route(
    ({ pathname }) => pathname === '/app/notifications',
    async (route) => {
      const response = await route.fetch();
      await until;
      await route.fulfill({ response });
    },
    { times: 1 },
  );
}

it('should not bring back an erased feed if the newest page arrives after the erasure', async () => {
  const { bff } = pages;
  bff.publish([{ title: 'Secret' }]);
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  const page = await pages.open({
    before: (context) => holdPage(context, released),
  });
  await live(page);
  bff.erase();
  bff.publish([{ title: 'Later' }]);
  await expect.poll(() => rows(page).count()).toBe(1);
  release();
  // The newest page is re-requested.
  await expect.poll(() => bff.requests.length).toBe(2);
  bff.publish([{ title: 'Last' }]);
  await expect.poll(() => rows(page).first().textContent()).toContain('Last');
  expect((await rows(page).allTextContents()).join()).not.toContain('Secret');
  expect(await rows(page).count()).toBe(2);
});

it('should not bring back a feed that is erased again while the newest page is re-requested', async () => {
  const { bff } = pages;
  bff.publish([{ title: 'Secret' }]);
  const releases: (() => void)[] = [];
  const released = [0, 1].map(() => new Promise<void>((resolve) => releases.push(resolve)));
  const page = await pages.open({
    // The handler that was added last handles the first request.
    before: async (context) => {
      for (const until of released.toReversed()) await holdPage(context, until);
    },
  });
  await live(page);
  for (const [index, release] of releases.entries()) {
    bff.erase();
    bff.publish([{ title: `Later ${index}` }]);
    await expect
      .poll(() => rows(page).allTextContents())
      .toEqual([expect.stringContaining(`Later ${index}`)]);
    await expect.poll(() => bff.requests.length).toBe(index + 1);
    release();
    await expect.poll(() => bff.requests.length).toBe(index + 2);
  }
  bff.publish([{ title: 'Last' }]);
  await expect.poll(() => rows(page).first().textContent()).toContain('Last');
  expect(await rows(page).count()).toBe(2);
});

it('should show notifications published between a slow request for the newest page and the subscription', async () => {
  const { bff } = pages;
  bff.publish([{ title: 'First' }]);
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  const page = await pages.open({ before: (context) => holdPage(context, released) });
  await expect.poll(() => bff.requests.length).toBe(1);
  // The subscription starts after waiting 2.5 s for the newest page.
  bff.publish([{ title: 'Second' }]);
  await live(page);
  release();
  await expect.poll(() => rows(page).allTextContents()).toHaveLength(2);
  expect((await rows(page).allTextContents()).join()).toMatch(/Second.*First/s);
});

it('should show a notification that is clicked before the detail pane has loaded', async () => {
  const { bff } = pages;
  bff.publish([{ title: 'Order 1', body: 'Shipped' }]);
  let load = (): void => undefined;
  const clicked = new Promise<void>((resolve) => (load = resolve));
  const page = await pages.open({
    before: async (context) => {
      await context.route('**/assets/page-tools-*.js', async (route) => {
        await clicked;
        await route.continue();
      });
    },
  });
  await rows(page).getByRole('heading', { name: 'Order 1' }).click();
  expect(await page.getByTestId('detail').count()).toBe(0);
  load();
  await expect.poll(() => page.getByTestId('detail').textContent()).toContain('Shipped');
});
