import type { Page } from 'playwright-core';
import { beforeEach, describe, expect, it } from 'vitest';
import type { FakeBff } from '../fakes/fake-bff.ts';
import { openInbox, inbox, rows, numberedDrafts, titles, toastTitles } from './inbox-page.ts';
import { focusedId } from '../support/browser.ts';
import { usePages } from '../support/use-pages.ts';

const pages = usePages();
let bff: FakeBff;
beforeEach(() => {
  bff = pages.bff;
});
const { openLive: open } = pages;
const changes = () => bff.inbox.changes.map(({ name }) => name);

async function tabTo(page: Page, testId: string): Promise<void> {
  for (let n = 0; n < 40 && (await focusedId(page)) !== testId; n++) await page.keyboard.press('Tab');
  expect(await focusedId(page)).toBe(testId);
}

async function openMenu(page: Page): Promise<void> {
  await tabTo(page, 'row-menu');
  await page.keyboard.press('Enter');
  await page.getByTestId('row-menu-open').waitFor();
}

describe('a reader with only a keyboard', () => {
  it("should find yesterday's failed payment without loading more pages", async () => {
    const yesterday = new Date(Date.now() - 24 * 60 * 60 * 1000).toISOString();
    bff.publish([
      { title: 'Payment for order 4711 failed', source: 'Payments', createdAt: yesterday, body: 'Café Luna' },
      ...numberedDrafts(200),
    ]);
    const page = await open();
    const requestsBefore = bff.requests.length;
    await openInbox(page);
    await tabTo(page, 'inbox-search');
    await page.keyboard.type('failed cafe');
    await expect.poll(() => titles(page)).toEqual(['Payment for order 4711 failed']);
    expect(bff.requests.slice(requestsBefore), 'no page of history was loaded').toEqual([]);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await expect.poll(() => rows(page).locator('.tocsin-row-text').textContent()).toBe('Café Luna');
  });

  it('should open a notification next to the list, with or without a body', async () => {
    bff.publish([{ title: 'Short' }, { title: 'Long', body: 'Café Luna' }]);
    const page = await open();
    for (const title of ['Long', 'Short']) {
      await tabTo(page, 'row-more');
      await page.keyboard.press('Enter');
      await expect.poll(() => page.getByTestId('detail').locator('h2').textContent()).toContain(title);
      await page.keyboard.press('Tab');
    }
  });

  it('should mute and unmute a source', async () => {
    bff.publish([{ title: 'Backup 1 done', source: 'Backups' }]);
    const page = await open();
    await openInbox(page);
    await page.keyboard.press('j');
    await openMenu(page);
    await page.keyboard.press('ArrowUp');
    expect(await focusedId(page)).toBe('menu-mute');
    await page.keyboard.press('Enter');
    expect(await focusedId(page)).toBe('row-menu');
    await expect.poll(() => bff.inbox.preferences.sources).toEqual(['Backups']);
    bff.publish([
      { title: 'Backup 2 done', source: 'Backups' },
      { title: 'Loud', source: 'Deployments' },
    ]);
    await expect.poll(() => toastTitles(page)).toBe('Loud');
    await expect.poll(() => page.title()).toBe('(1) Tocsin');
    await page.getByTestId('inbox-settings-button').press('Enter');
    await page.getByTestId('mute-sources').getByLabel('Backups').press(' ');
    await expect.poll(() => bff.inbox.preferences.sources).toEqual([]);
  });

  it('should mute a source on all devices until the morning', async () => {
    bff.publish([{ title: 'Backup 1 done', source: 'Backups' }]);
    const page = await open();
    await openInbox(page);
    await page.keyboard.press('j');
    await openMenu(page);
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('ArrowUp');
    expect(await focusedId(page)).toBe('menu-mute-night');
    await page.keyboard.press('Enter');
    await expect.poll(() => bff.inbox.preferences.mutedUntil?.length).toBe(1);
    const [mute] = bff.inbox.preferences.mutedUntil ?? [];
    expect(mute).toMatchObject({ list: 'sources', name: 'Backups' });
    const end = new Date(mute?.until ?? 0);
    expect(await page.evaluate((time) => new Date(time).getHours(), end.getTime())).toBe(8);
    expect(end.getTime() - Date.now()).toBeLessThanOrEqual(24 * 60 * 60 * 1_000);
    bff.publish([
      { title: 'Backup 2 done', source: 'Backups' },
      { title: 'Loud', source: 'Deployments' },
    ]);
    await expect.poll(() => toastTitles(page)).toBe('Loud');
    await page.getByTestId('inbox-settings-button').press('Enter');
    const backups = page.getByTestId('mute-sources').getByLabel(/^Backups \(until .*8:00/);
    expect(await backups.isChecked()).toBe(true);
    // Simulate the next morning.
    bff.inbox.changePreferences({
      mutedUntil: [{ list: 'sources', name: 'Backups', until: new Date(Date.now() + 500).toISOString() }],
    });
    await page.waitForTimeout(1_000);
    bff.publish([{ title: 'Backup 3 done', source: 'Backups' }]);
    await expect.poll(() => toastTitles(page)).toContain('Backup 3 done');
  });

  it('should undo accidental archiving, immediately or from the archive', async () => {
    bff.publish(numberedDrafts(3));
    const page = await open();
    await openInbox(page);
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await page.keyboard.press('e');
    await expect.poll(() => titles(page)).toEqual(['Order 2', 'Order 0']);
    expect(await inbox(page).getByTestId('notice').textContent()).toBe('Moved to the archive.');
    await page.keyboard.press('z');
    await expect.poll(() => titles(page)).toEqual(['Order 2', 'Order 1', 'Order 0']);
    await expect.poll(changes).toEqual(['archive', 'unarchive']);
    await page.keyboard.press('e');
    await inbox(page).getByTestId('tab-all').focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    expect(await focusedId(page)).toBe('tab-archive');
    await expect.poll(() => titles(page)).toHaveLength(1);
    await tabTo(page, 'row-restore');
    await page.keyboard.press('Enter');
    await inbox(page).getByTestId('inbox-none').waitFor();
    await inbox(page).getByTestId('tab-all').click();
    await expect.poll(() => titles(page)).toHaveLength(3);
  });

  it('should trigger a single action when Enter is held down, and none for disabled letter keys', async () => {
    bff.publish(numberedDrafts(5));
    const page = await open();
    await openInbox(page);
    await rows(page).nth(1).getByTestId('row-dismiss').focus();
    for (let n = 0; n < 5; n++) await page.keyboard.down('Enter');
    await page.keyboard.up('Enter');
    await expect.poll(() => titles(page)).toEqual(['Order 4', 'Order 2', 'Order 1', 'Order 0']);
    expect(await focusedId(page)).toBe('ARTICLE');
    await page.getByTestId('inbox-settings-button').click();
    await page.getByTestId('shortcuts').uncheck();
    await page.getByTestId('preferences-close').click();
    await rows(page).first().getByTestId('row-dismiss').focus();
    await page.keyboard.press('e');
    expect(await titles(page)).toHaveLength(4);
  });
});
