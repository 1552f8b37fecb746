import type { Page } from 'playwright-core';
import { beforeEach, describe, expect, it } from 'vitest';
import type { FakeBff } from '../fakes/fake-bff.ts';
import { usePages } from '../support/use-pages.ts';
import { numberedDrafts } from './inbox-page.ts';

const pages = usePages();
let bff: FakeBff;
beforeEach(() => {
  bff = pages.bff;
});
const { openLive: open } = pages;
const row = (page: Page, title: string) =>
  page.getByRole('main').getByTestId('notification').getByRole('heading', { name: title });
const linkTo = (id: string) => `?${new URLSearchParams({ notification: id, feed: 'all' })}`;

describe('a notification that is gone', () => {
  it('should not stay in the Unread tab or in the detail pane', async () => {
    const page = await open();
    const [older = '', newer = ''] = bff.publish(numberedDrafts(2));
    await expect.poll(() => page.title()).toBe('(2) Tocsin');
    await page.getByTestId('tab-unread').click();
    await expect.poll(() => bff.inbox.searches.length).toBe(1);
    await row(page, 'Order 1').click();
    const detail = page.getByTestId('detail');
    await expect.poll(() => detail.locator('h2').textContent()).toContain('Order 1');
    bff.retract(older);
    await expect.poll(() => page.getByRole('main').getByTestId('notification').count()).toBe(1);
    bff.retract(newer);
    await expect.poll(() => detail.locator('h2').count()).toBe(0);
    expect(await page.getByRole('main').getByTestId('notification').count()).toBe(0);
  });

  it('should close its menu in the list', async () => {
    const page = await open();
    const [id = ''] = bff.publish(numberedDrafts(1));
    await row(page, 'Order 0').hover();
    await page.getByRole('main').getByTestId('row-menu').first().click();
    const menu = page.getByTestId('row-menu-open');
    await menu.waitFor();
    bff.retract(id);
    await expect.poll(() => menu.count()).toBe(0);
  });

  it("should not open the next notification's menu in the detail pane", async () => {
    const page = await open();
    const [, id = ''] = bff.publish(numberedDrafts(2));
    await row(page, 'Order 1').click();
    const detail = page.getByTestId('detail');
    await detail.getByTestId('row-menu').click();
    const menu = page.getByTestId('row-menu-open');
    await menu.waitFor();
    bff.retract(id);
    await expect.poll(() => detail.locator('h2').count()).toBe(0);
    await row(page, 'Order 0').click();
    await expect.poll(() => detail.locator('h2').textContent()).toContain('Order 0');
    expect(await menu.count()).toBe(0);
  });

  it('should not stay in its permalink’s panel', async () => {
    const [id = ''] = bff.publish(numberedDrafts(1));
    const page = await open({ search: linkTo(id) });
    const linked = page.getByTestId('linked');
    await linked.getByText('Order 0').waitFor();
    await row(page, 'Order 0').waitFor();
    await page.getByTestId('bell').focus();
    bff.retract(id);
    await expect.poll(() => linked.textContent()).toContain('no longer stored');
    expect(await page.evaluate(() => document.activeElement?.getAttribute('data-testid'))).toBe('bell');
  });

  it('should not stay in its permalink’s panel if the list doesn’t contain it', async () => {
    const [id = ''] = bff.publish([...numberedDrafts(1), ...numberedDrafts(60, 'Newer')]);
    const page = await open({ search: linkTo(id) });
    const linked = page.getByTestId('linked');
    await linked.getByText('Order 0').waitFor();
    expect(await row(page, 'Order 0').count()).toBe(0);
    bff.retract(id);
    await expect.poll(() => linked.textContent()).toContain('no longer stored');
  });

  it('should not stay in its permalink’s panel if the server can’t say why it is gone', async () => {
    const [id = ''] = bff.publish(numberedDrafts(1));
    const page = await open({ search: linkTo(id) });
    const linked = page.getByTestId('linked');
    await linked.getByText('Order 0').waitFor();
    await page.route('**/app/notification?*', (route) => route.fulfill({ status: 503, json: {} }));
    bff.retract(id);
    await expect.poll(() => linked.textContent()).toContain('no longer stored');
    await page.unroute('**/app/notification?*');
  });

  it('should not appear in its permalink’s panel because of a late response', async () => {
    const [id = ''] = bff.publish(numberedDrafts(1));
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    const page = await open({
      search: linkTo(id),
      before: async (context) => {
        await context.route(
          '**/app/notification?*',
          async (route) => {
            const response = await route.fetch();
            await released;
            await route.fulfill({ response });
          },
          { times: 1 },
        );
      },
    });
    const linked = page.getByTestId('linked');
    await row(page, 'Order 0').waitFor();
    await linked.getByText('Loading').waitFor();
    bff.retract(id);
    await row(page, 'Order 0').waitFor({ state: 'detached' });
    release();
    await expect.poll(() => linked.textContent()).toContain('no longer stored');
  });

  it('should not stay in the detail pane after the feed was erased', async () => {
    const page = await open();
    bff.publish(numberedDrafts(1));
    await row(page, 'Order 0').click();
    const detail = page.getByTestId('detail');
    await expect.poll(() => detail.locator('h2').textContent()).toContain('Order 0');
    bff.erase();
    await expect.poll(() => detail.locator('h2').count()).toBe(0);
  });
});
