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

describe('a notification that is gone', () => {
  it('should not stay in the tab Unread or in the detail pane', async () => {
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

  it('should not stay in the panel that a link has opened', async () => {
    const [id = ''] = bff.publish(numberedDrafts(1));
    const page = await open({ search: `?${new URLSearchParams({ notification: id, feed: 'all' })}` });
    const linked = page.getByTestId('linked');
    await linked.getByText('Order 0').waitFor();
    await row(page, 'Order 0').waitFor();
    await page.getByTestId('bell').focus();
    bff.retract(id);
    await expect.poll(() => linked.textContent()).toContain('no longer stored');
    expect(await page.evaluate(() => document.activeElement?.getAttribute('data-testid'))).toBe('bell');
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
