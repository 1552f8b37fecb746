import { expect, it } from 'vitest';
import { live, rows } from '../support/browser.ts';
import { usePages } from '../support/use-pages.ts';

const pages = usePages();

it('should not show an erased feed again if its newest page arrives after the erasure', async () => {
  const { bff } = pages;
  bff.publish([{ title: 'Secret' }]);
  let answer = (): void => undefined;
  const erased = new Promise<void>((resolve) => (answer = resolve));
  const page = await pages.open({
    before: async (context) => {
      await context.route(
        ({ pathname }) => pathname === '/app/notifications',
        async (route) => {
          const response = await route.fetch();
          await erased;
          await route.fulfill({ response });
        },
        { times: 1 },
      );
    },
  });
  await live(page);
  bff.erase();
  bff.publish([{ title: 'Later' }]);
  await expect.poll(() => rows(page).count()).toBe(1);
  answer();
  // The newest page is requested again.
  await expect.poll(() => bff.requests.length).toBe(2);
  bff.publish([{ title: 'Last' }]);
  await expect.poll(() => rows(page).first().textContent()).toContain('Last');
  expect((await rows(page).allTextContents()).join()).not.toContain('Secret');
  expect(await rows(page).count()).toBe(2);
});
