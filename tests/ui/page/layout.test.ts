import type { Page } from 'playwright-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { overflow, violations } from '../support/axe.ts';
import { rows, toasts } from '../support/browser.ts';
import type { Draft, FakeBff } from '../fakes/fake-bff.ts';
import { usePages } from '../support/use-pages.ts';

const pages = usePages();
let bff: FakeBff;
beforeEach(() => {
  bff = pages.bff;
});
const { openLive: open } = pages;
const titled = (count: number, title = 'Order'): Draft[] =>
  Array.from({ length: count }, (_, n) => ({
    ...{ title: `${title} ${n} from a customer with a rather long name was placed`, source: 'Shop' },
    ...{ body: 'Two items, shipping today.\nExpress delivery.', link: '/demo' },
  }));

interface LayoutShift extends PerformanceEntry {
  value: number;
  hadRecentInput: boolean;
}

/**
 * Starts measuring cumulative layout shift as browsers define it: the largest sum of shifts in a window of up to five
 * seconds, in which shifts are less than a second apart. Resolves with a function that reads the result so far.
 */
async function measureShift(page: Page): Promise<() => Promise<number>> {
  await page.evaluate(() => {
    const measured = { worst: 0, sum: 0, began: -Infinity, last: -Infinity };
    Object.assign(window, { measured });
    new PerformanceObserver((list) => {
      for (const { startTime, value, hadRecentInput } of list.getEntries() as LayoutShift[]) {
        if (hadRecentInput) continue;
        const isNew = startTime - measured.last > 1_000 || startTime - measured.began > 5_000;
        if (isNew) Object.assign(measured, { sum: 0, began: startTime });
        measured.sum += value;
        measured.last = startTime;
        measured.worst = Math.max(measured.worst, measured.sum);
      }
    }).observe({ type: 'layout-shift' });
  });
  return () => page.evaluate(() => (window as unknown as { measured: { worst: number } }).measured.worst);
}

describe('the inbox on a phone', () => {
  it('should fill the screen and have rows of equal height and a menu with large targets', async () => {
    bff.publish(titled(8));
    const page = await open({ width: 360, height: 740, touch: true });
    await page.getByTestId('bell').tap();
    const panel = await page.getByTestId('panel').boundingBox();
    expect(panel).toEqual({ x: 0, y: 0, width: 360, height: 740 });
    const row = page.getByTestId('inbox').getByTestId('notification').first();
    const height = (await row.boundingBox())?.height ?? 0;
    expect(height).toBeGreaterThanOrEqual(56);
    expect(height).toBeLessThanOrEqual(72);
    const menu = row.getByTestId('row-menu');
    expect(await menu.boundingBox()).toMatchObject({ width: 44, height: 44 });
    expect((await row.getByTestId('row-dismiss').boundingBox())?.width).toBeLessThanOrEqual(1);
    await menu.tap();
    const small = await page
      .getByTestId('row-menu-open')
      .getByRole('button')
      .evaluateAll((all) => all.filter((button) => button.getBoundingClientRect().height < 44).length);
    expect(small).toBe(0);
    await page.getByTestId('menu-done').tap();
    await page.getByTestId('inbox').getByTestId('undo').tap();
    await expect.poll(() => bff.inbox.changes.map(({ name }) => name)).toContain('unarchive');
  });

  it('should make all content reachable at 320 × 256 pixels', async () => {
    bff.publish(titled(8));
    const page = await open({ width: 320, height: 256 });
    await page.getByTestId('bell').click();
    expect(await overflow(page)).toBeLessThanOrEqual(0);
    for (const testId of ['inbox-search', 'tab-snoozed', 'mark-all-read', 'inbox-close', 'list-end']) {
      const element = page.getByTestId('inbox').getByTestId(testId);
      await element.scrollIntoViewIfNeeded();
      const box = await element.boundingBox();
      expect((box?.y ?? -1) >= 0 && (box?.y ?? 999) < 256, testId).toBe(true);
      expect((box?.x ?? -1) >= 0 && (box?.x ?? 999) < 320, testId).toBe(true);
    }
    await page.getByTestId('inbox').getByTestId('row-menu').first().press('Enter');
    await page.getByTestId('menu-mute').scrollIntoViewIfNeeded();
    expect(await violations(page)).toEqual([]);
  });
});

describe('a row', () => {
  it('should have a bolder title and a different background while unread', async () => {
    bff.publish(titled(1, 'Read'));
    const page = await open();
    bff.publish(titled(1, 'Unread'));
    await expect.poll(() => rows(page).count()).toBe(2);
    const look = (n: number) =>
      rows(page)
        .nth(n)
        .evaluate((row) => ({
          weight: Number(getComputedStyle(row.querySelector('h3') ?? row).fontWeight),
          background: getComputedStyle(row).backgroundColor,
        }));
    const [unread, read] = [await look(0), await look(1)];
    expect(unread.weight).toBeGreaterThan(read.weight);
    expect(unread.background).not.toBe(read.background);
  });

  it('should show buttons on hover and focus, and otherwise the time', async () => {
    bff.publish(titled(1));
    const page = await open();
    const buttons = rows(page).first().locator('.tocsin-row-buttons');
    const time = rows(page).first().locator('.tocsin-time');
    const opacity = () => buttons.evaluate((element) => getComputedStyle(element).opacity);
    await buttons.waitFor({ state: 'attached' });
    await page.mouse.move(0, 0);
    await expect.poll(opacity).toBe('0');
    expect(await time.isVisible()).toBe(true);
    await rows(page).first().hover();
    await expect.poll(opacity).toBe('1');
    expect(await time.isVisible()).toBe(false);
    await page.mouse.move(0, 0);
    await expect.poll(opacity).toBe('0');
    await buttons.getByTestId('row-dismiss').focus();
    await expect.poll(opacity).toBe('1');
  });
});

describe('the page', () => {
  it('should show the selected notification next to the list on a wide screen, and offer shortcuts', async () => {
    bff.publish([
      ...titled(4),
      { title: 'Newest', body: 'In\n  full', actions: [{ label: 'Act', link: '/demo' }] },
    ]);
    const page = await open();
    const detail = page.getByTestId('detail');
    await detail.waitFor();
    const [row] = await Promise.all([rows(page).first().boundingBox()]);
    expect(row?.height).toBeLessThanOrEqual(72);
    await page.getByTestId('tab-all').focus();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.press('j');
    await expect.poll(() => detail.locator('h2').textContent()).toContain('Newest');
    expect(await detail.locator('.tocsin-detail-text').textContent()).toBe('In\n  full');
    await detail.getByRole('link', { name: 'Act' }).waitFor();
    const id = await rows(page).first().getAttribute('data-notification-id');
    const permalink = detail.getByTestId('detail-time');
    expect(await permalink.getAttribute('href')).toBe(`/?notification=${id}&feed=all`);
    expect(await violations(page)).toEqual([]);
    await page.keyboard.press('j');
    await expect.poll(() => detail.locator('h2').textContent()).toContain('Order 3');
    await page.keyboard.press('k');
    await page.keyboard.press('u');
    await expect.poll(() => page.title()).toBe('(1) Tocsin');
    await page.keyboard.press('e');
    await expect.poll(() => rows(page).count()).toBe(4);
    await page.keyboard.press('?');
    await page.getByTestId('shortcut-help').waitFor();
    await page.keyboard.press('Escape');
    await page.getByTestId('theme').focus();
    await page.keyboard.press('e');
    expect(await rows(page).count(), 'keys outside the inbox belong to the page').toBe(4);
  });

  it.each([
    [1_440, 1_000],
    [1_440, 330],
    [360, 330],
  ])('should hardly shift at %i px when a notification arrives every %i ms', async (width, pause) => {
    const severities = ['info', 'success', 'error'] as const;
    bff.publish(titled(30));
    const page = await open({ width, height: 900 });
    await page.getByTestId('tab-all').waitFor();
    const shift = await measureShift(page);
    const count = Math.ceil(4_500 / pause);
    for (let n = 0; n < count; n++) {
      bff.publish([{ title: `Arriving ${n}`, severity: severities[n % severities.length] ?? 'info' }]);
      await page.waitForTimeout(pause);
    }
    await expect.poll(() => rows(page).count()).toBe(30 + count);
    await toasts(page).first().waitFor();
    expect(await shift()).toBeGreaterThan(0);
    expect(await shift()).toBeLessThan(0.05);
  });

  it('should hold back new notifications once the reader has touched the list', async () => {
    bff.publish(titled(30));
    const page = await open({ width: 360, height: 740, touch: true });
    await page.getByTestId('tab-all').waitFor();
    await rows(page).nth(1).tap();
    const row = page.locator(
      `[data-notification-id="${await rows(page).nth(1).getAttribute('data-notification-id')}"]`,
    );
    const before = (await row.boundingBox())?.y ?? 0;
    bff.publish([{ title: 'Arriving' }]);
    await page.getByTestId('newest').waitFor();
    expect(Math.abs(((await row.boundingBox())?.y ?? 0) - before)).toBeLessThan(2);
    await page.getByTestId('newest').tap();
    await expect.poll(() => page.evaluate(() => scrollY)).toBe(0);
  });
});
