import type { Page } from 'playwright-core';
import { toasts } from '../support/browser.ts';
import type { Draft } from '../fakes/fake-bff.ts';

export const numberedDrafts = (count: number, title = 'Order'): Draft[] =>
  Array.from({ length: count }, (_, n) => ({ title: `${title} ${n}` }));
export const inbox = (page: Page) => page.getByTestId('inbox');
export const rows = (page: Page) => inbox(page).getByTestId('notification');
export const titles = (page: Page) => rows(page).locator('h3 bdi').allTextContents();
export const toastTitles = async (page: Page) => (await toasts(page).locator('h3').allTextContents()).join();

/** Uses the keyboard to open an inbox that has rows, and waits for the rows' buttons, which load late. */
export async function openInbox(page: Page): Promise<void> {
  await page.getByTestId('bell').focus();
  await page.keyboard.press('Enter');
  await rows(page).getByTestId('row-menu').first().waitFor({ state: 'attached' });
}
