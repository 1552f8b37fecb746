import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { artifacts, overflow } from '../support/axe.ts';
import { live } from '../support/browser.ts';
import type { FakeBff } from '../fakes/fake-bff.ts';
import { usePages } from '../support/use-pages.ts';
import { inbox, rows, numberedDrafts, titles, toastTitles } from './inbox-page.ts';

const pages = usePages();
let bff: FakeBff;
beforeEach(() => {
  bff = pages.bff;
});

/** Opens the inbox with a tap on a phone set to German. */
async function openInbox(): Promise<Page> {
  const page = await pages.open({ width: 360, height: 740, touch: true, locale: 'de-DE' });
  await live(page);
  await page.getByTestId('bell').tap();
  await inbox(page).waitFor();
  return page;
}
const screenshot = (page: Page, name: string) =>
  page.screenshot({ path: join(artifacts, `touch-${name}.png`) });

/** Taps an element after checking that a finger can hit it: at least 44 px high and within the screen's width. */
async function tap(page: Page, testId: string): Promise<void> {
  const target = inbox(page).getByTestId(testId).first();
  await target.scrollIntoViewIfNeeded();
  const box = await target.boundingBox();
  expect(box?.height, testId).toBeGreaterThanOrEqual(44);
  expect(box?.x, testId).toBeGreaterThanOrEqual(0);
  expect((box?.x ?? 0) + (box?.width ?? 999), testId).toBeLessThanOrEqual(360);
  await target.tap();
}

describe('a reader on a phone', () => {
  it("should find yesterday's failed payment", async () => {
    const yesterday = new Date(Date.now() - 24 * 60 * 60 * 1000).toISOString();
    bff.publish([
      { title: 'Payment for order 4710 received', source: 'Payments', createdAt: yesterday },
      {
        ...{ title: 'Payment for order 4711 failed', source: 'Payments', severity: 'error' },
        ...{ createdAt: yesterday, body: 'Café Luna' },
      },
      ...numberedDrafts(200),
    ]);
    const page = await openInbox();
    await tap(page, 'inbox-filter');
    await inbox(page).getByTestId('inbox-severity').selectOption('error');
    await tap(page, 'inbox-search');
    await page.keyboard.type('payment');
    await expect.poll(() => titles(page)).toEqual(['Payment for order 4711 failed']);
    await screenshot(page, 'found');
    await rows(page).first().tap();
    await expect.poll(() => rows(page).locator('.tocsin-row-text').textContent()).toBe('Café Luna');
    expect(await overflow(page)).toBeLessThanOrEqual(0);
  });

  it('should mute a source for the night', async () => {
    bff.publish([...numberedDrafts(8), { title: 'Backup 1 done', source: 'Backups' }]);
    const page = await openInbox();
    await tap(page, 'row-menu');
    await page.getByTestId('row-menu-open').waitFor();
    await screenshot(page, 'menu');
    await tap(page, 'menu-mute-night');
    await expect.poll(() => bff.inbox.preferences.mutedUntil?.length).toBe(1);
    expect(bff.inbox.preferences.mutedUntil?.[0]).toMatchObject({ list: 'sources', name: 'Backups' });
    bff.publish([
      { title: 'Backup 2 done', source: 'Backups' },
      { title: 'Loud', source: 'Deployments' },
    ]);
    await expect.poll(() => toastTitles(page)).toBe('Loud');
  });

  it('should not see toasts while a menu is open, but see them once it closes', async () => {
    const failed = (n: number) => ({
      title: `Backup ${n} failed`,
      source: 'Backups',
      severity: 'error' as const,
    });
    bff.publish([...numberedDrafts(8), failed(0)]);
    const page = await pages.openLive({ width: 360, height: 780, touch: true });
    await page.getByTestId('bell').tap();
    await inbox(page).waitFor();
    bff.publish([failed(1), failed(2)]);
    const region = page.getByTestId('toasts');
    await region.getByTestId('toast').first().waitFor();
    await tap(page, 'row-menu');
    await page.getByTestId('row-menu-open').waitFor();
    await expect.poll(() => region.isVisible()).toBe(false);
    bff.publish([failed(3)]);
    await page.waitForTimeout(500);
    expect(await region.isVisible()).toBe(false);
    await tap(page, 'menu-mute-night');
    await region.getByTestId('toast').first().waitFor();
  });

  it('should undo accidental archiving, immediately or from the archive', async () => {
    bff.publish(numberedDrafts(3));
    const page = await openInbox();
    const archive = async () => {
      await tap(page, 'row-menu');
      await tap(page, 'menu-done');
      await expect.poll(() => titles(page)).toEqual(['Order 1', 'Order 0']);
    };
    await archive();
    await screenshot(page, 'undo');
    await tap(page, 'undo');
    await expect.poll(() => titles(page)).toEqual(['Order 2', 'Order 1', 'Order 0']);
    await archive();
    await tap(page, 'tab-archive');
    await expect.poll(() => titles(page)).toEqual(['Order 2']);
    await tap(page, 'row-menu');
    await tap(page, 'menu-done');
    await inbox(page).getByTestId('inbox-none').waitFor();
    await tap(page, 'tab-all');
    await expect.poll(() => titles(page)).toEqual(['Order 2', 'Order 1', 'Order 0']);
    await expect
      .poll(() => bff.inbox.changes.map(({ name }) => name))
      .toEqual(['archive', 'unarchive', 'archive', 'unarchive']);
  });
});
