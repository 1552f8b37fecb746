import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { focusedId, holdToasts } from '../support/browser.ts';
import { artifacts, overflow, violations } from '../support/axe.ts';
import { drafts, readRecords, visibleToasts, titles, useToastPages } from './toasts-page.ts';

const pages = useToastPages();
const { open } = pages;
const LONG = 'A title that goes on and on, like many titles from machines. '.repeat(2).trim();

/** True if a pointer at the center of the element would hit it. */
const isOnTop = (page: Page, selector: string) =>
  page.evaluate((css) => {
    const element = document.querySelector(css);
    if (!element) return false;
    const { left, top, width, height } = element.getBoundingClientRect();
    return element.contains(document.elementFromPoint(left + width / 2, top + height / 2));
  }, selector);

/** Swipes with one finger from the center of the front toast, or from the lower edge to swipe up. */
async function swipe(page: Page, dx: number, dy: number): Promise<void> {
  // A toast that's still animating out can cover the front toast.
  await expect.poll(() => page.locator('.tocsin-toast-leave').count()).toBe(0);
  const front = await visibleToasts(page).first().elementHandle();
  await front?.waitForElementState('stable');
  const box = await front?.boundingBox();
  if (!box) throw new Error('There is no toast.');
  const [x, y] = [box.x + box.width / 2, box.y + (dy < 0 ? box.height - 4 : box.height / 2)];
  const devtools = await page.context().newCDPSession(page);
  const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', part: number) =>
    devtools.send('Input.dispatchTouchEvent', {
      type,
      touchPoints: type === 'touchEnd' ? [] : [{ x: x + dx * part, y: y + dy * part }],
    });
  await touch('touchStart', 0);
  for (const part of [0.25, 0.5, 0.75, 1]) await touch('touchMove', part);
  await touch('touchEnd', 1);
}

describe('the stack of toasts', () => {
  it('should collapse behind the front toast, and spread out on hover and focus', async () => {
    const page = await open();
    pages.bff().publish(drafts(3, 'error'));
    await expect.poll(() => visibleToasts(page).count()).toBe(3);
    const heights = () =>
      page.locator('.tocsin-toast-fold').evaluateAll((all) => all.map((fold) => fold.clientHeight));
    const [front = 0, ...heightsBehind] = await heights();
    expect(front).toBeGreaterThan(40);
    expect(heightsBehind).toEqual([8, 8]);
    const shown = await visibleToasts(page).first().elementHandle();
    await shown?.waitForElementState('stable');
    const before = await visibleToasts(page).first().boundingBox();
    await visibleToasts(page).first().hover();
    await expect.poll(heights).toEqual([front, front, front]);
    const after = await visibleToasts(page).first().boundingBox();
    expect(after?.y, 'the front toast does not move').toBeCloseTo(before?.y ?? 0, -1);
    await page.mouse.move(5, 5);
    await expect.poll(heights).toEqual([front, 8, 8]);
    await page.keyboard.press('F8');
    await expect.poll(heights).toEqual([front, front, front]);
  });

  it('should dismiss the front toast on a swipe, or snap it back if the swipe is too short', async () => {
    const page = await open({ width: 1024, height: 768 });
    pages.bff().publish(drafts(3, 'error'));
    await expect.poll(() => visibleToasts(page).count()).toBe(3);
    await swipe(page, 160, 4);
    await expect.poll(() => titles(page)).toEqual(['Toast 1', 'Toast 0']);
    await swipe(page, -160, 4);
    await expect.poll(() => titles(page)).toEqual(['Toast 0']);
    await swipe(page, 12, 0);
    await page.waitForTimeout(200);
    expect(await titles(page)).toEqual(['Toast 0']);
    expect(await page.locator('.tocsin-toast-place').getAttribute('style')).toBeFalsy();
  });

  it('should still let later toasts time out if a toast is retracted mid-swipe', async () => {
    const page = await open({ width: 1024, height: 768 });
    const [id = ''] = pages.bff().publish(drafts(1, 'error'));
    await visibleToasts(page).waitFor();
    const front = await visibleToasts(page).first().elementHandle();
    await front?.waitForElementState('stable');
    const { x = 0, y = 0 } = (await front?.boundingBox()) ?? {};
    await page.mouse.move(x + 40, y + 20);
    await page.mouse.down();
    await page.mouse.move(x + 60, y + 20, { steps: 4 });
    pages.bff().retract(id);
    await page.locator('.tocsin-toast-place').waitFor({ state: 'detached' });
    await page.mouse.move(5, 5);
    await page.mouse.up();
    const laterToast = visibleToasts(page).filter({ hasText: 'Later' });
    const isShown = laterToast.waitFor();
    pages.bff().publish([{ title: 'Later' }]);
    await isShown;
    await laterToast.waitFor({ state: 'detached' });
  });

  it('should spread out on a tap, and collapse on a tap elsewhere', async () => {
    const page = await open({ width: 1024, height: 768 });
    pages.bff().publish(drafts(3, 'error'));
    await expect.poll(() => visibleToasts(page).count()).toBe(3);
    await swipe(page, 0, 0);
    const expanded = () => page.getByTestId('toasts').getAttribute('data-expanded');
    await expect.poll(expanded).toBe('true');
    await page.touchscreen.tap(20, 400).catch(() => page.mouse.click(20, 400));
    await expect.poll(expanded).toBeNull();
  });

  it('should show one toast at a time at the top on a phone, and let it be swiped away sideways or up', async () => {
    const page = await open({ width: 360, height: 780 });
    await holdToasts(page);
    pages.bff().publish([...drafts(2), { title: 'Worst', severity: 'error', link: '/#followed' }]);
    await expect.poll(() => titles(page)).toEqual(['Worst']);
    const box = await visibleToasts(page).boundingBox();
    expect(box?.y).toBeLessThan(120);
    expect(await page.getByTestId('toasts-more').textContent()).toMatch(/2 more/);
    // Far enough to dismiss the toast by distance. On a busy machine, the gesture may be too slow to count as a flick.
    await swipe(page, 4, -100);
    await expect.poll(() => titles(page)).toEqual(['Toast 1']);
    expect(page.url()).not.toContain('followed');
    await swipe(page, 150, 0);
    await expect.poll(() => titles(page)).toEqual(['Toast 0']);
  });

  it('should show at most two title lines and three body lines', async () => {
    const page = await open();
    const body = 'One line after another. '.repeat(40);
    pages.bff().publish([
      { title: LONG.repeat(3).slice(0, 200), body, severity: 'error', link: '/#a' },
      { title: LONG.repeat(3).slice(0, 190), body, severity: 'error' },
    ]);
    await expect.poll(() => visibleToasts(page).count()).toBe(2);
    await page.keyboard.press('F8');
    const lines = (selector: string) =>
      page
        .locator(selector)
        .evaluateAll((all) =>
          all.map((element) => element.clientHeight / parseFloat(getComputedStyle(element).lineHeight)),
        );
    await expect.poll(() => lines('.tocsin-toast-title > *')).toEqual([2, 2]);
    for (const count of await lines('.tocsin-toast-text')) expect(count).toBeCloseTo(3, 1);
  });
});

describe('toasts in the top layer', () => {
  it('should be above all of the page’s bars and the open inbox', async () => {
    const page = await open({ width: 360, height: 780 });
    await page.evaluate(() => {
      const bar = document.createElement('div');
      bar.style.cssText = 'position:fixed;inset:0;z-index:2147483647;pointer-events:auto';
      document.body.append(bar);
    });
    pages.bff().publish(drafts(1, 'error'));
    await expect.poll(() => visibleToasts(page).count()).toBe(1);
    expect(await isOnTop(page, '[data-testid="toast-dismiss"]')).toBe(true);
    await page.getByTestId('bell').evaluate((bell) => (bell as HTMLElement).click());
    await page.getByTestId('inbox').waitFor();
    await expect.poll(() => isOnTop(page, '[data-testid="toast-dismiss"]')).toBe(true);
    pages.bff().publish([{ title: 'Another', severity: 'error' }]);
    await expect.poll(() => titles(page)).toEqual(['Another']);
    await expect.poll(() => isOnTop(page, '[data-testid="toast-dismiss"]')).toBe(true);
    await page.getByTestId('toast-dismiss').click();
    await expect.poll(() => titles(page)).toEqual(['Toast 0']);
    expect(await page.getByTestId('inbox').count(), 'the inbox stays open').toBe(1);
  });

  it('should move into the page’s modal dialog, leave Escape to the dialog, and return', async () => {
    const page = await open();
    pages.bff().publish(drafts(1, 'error'));
    await expect.poll(() => visibleToasts(page).count()).toBe(1);
    await page.evaluate(() => {
      const dialog = document.createElement('dialog');
      dialog.setAttribute('aria-label', 'Dialog of the host page');
      dialog.innerHTML = '<p>Dialog of the host page</p><button>Inside</button>';
      document.body.append(dialog);
      dialog.showModal();
    });
    const inside = () => page.locator('dialog [data-testid="toast"]').count();
    await expect.poll(inside).toBe(1);
    expect(await isOnTop(page, '[data-testid="toast-dismiss"]')).toBe(true);
    pages.bff().publish([{ title: 'While it is open', severity: 'error' }]);
    await expect.poll(() => titles(page)).toEqual(['While it is open', 'Toast 0']);
    const spoken = page.locator('dialog [data-testid="live-assertive"]');
    await expect.poll(() => spoken.textContent()).toContain('While it is open');
    expect(await violations(page)).toEqual([]);
    await page.screenshot({ path: join(artifacts, 'toasts-in-dialog.png') });
    await page.getByTestId('toast-dismiss').first().click();
    await expect.poll(() => titles(page)).toEqual(['Toast 0']);
    await page.getByRole('button', { name: 'Inside' }).focus();
    await page.keyboard.press('Escape');
    await expect.poll(() => page.locator('dialog[open]').count()).toBe(0);
    await expect.poll(inside).toBe(0);
    expect(await titles(page)).toEqual(['Toast 0']);
    await expect.poll(() => isOnTop(page, '[data-testid="toast-dismiss"]')).toBe(true);
    await page.keyboard.press('F8');
    await expect.poll(() => focusedId(page)).toBe('toasts');
  });

  it('should return from a dialog that is removed without being closed', async () => {
    const page = await open();
    await page.evaluate(() => {
      const dialog = document.createElement('dialog');
      dialog.id = 'short-lived';
      document.body.append(dialog);
      dialog.showModal();
    });
    await expect.poll(() => page.locator('#short-lived [data-testid="live-polite"]').count()).toBe(1);
    await page.evaluate(() => document.querySelector('#short-lived')?.remove());
    await expect.poll(() => page.getByTestId('live-polite').count()).toBe(1);
    pages.bff().publish(drafts(1, 'error'));
    await expect.poll(() => titles(page)).toEqual(['Toast 0']);
    await expect.poll(async () => (await readRecords(page)).assertive).toEqual(['Error: Toast 0']);
  });
});

describe('a right-to-left page', () => {
  it.each([
    { width: 360, height: 780 },
    { width: 768, height: 1024 },
    { width: 1440, height: 900 },
  ])('should be mirrored at $width px', async ({ width, height }) => {
    const page = await open({ width, height, dir: 'rtl' });
    pages.bff().publish([
      { title: 'הגיבוי נכשל', body: 'הדיסק מלא.\nנסו שוב.', source: 'billing', severity: 'error' },
      {
        title: 'Payment for order 4711 was declined',
        body: 'Card declined.',
        severity: 'error',
        link: '/#a',
      },
    ]);
    await visibleToasts(page).first().waitFor();
    const box = async (place: Locator) => {
      const { x = -1, width: wide = 0 } = (await place.boundingBox()) ?? {};
      return { start: width - x - wide, end: x };
    };
    const toast = await box(visibleToasts(page).first());
    if (width > 640) expect(toast).toMatchObject({ end: 16 });
    else expect(toast).toEqual({ start: 8, end: 8 });
    const icon = await box(visibleToasts(page).first().locator('.tocsin-severity'));
    const close = await box(visibleToasts(page).first().getByTestId('toast-dismiss'));
    expect(icon.start).toBeLessThan(close.start);
    for (const theme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme: theme });
      await page.waitForTimeout(300);
      await page.screenshot({ path: join(artifacts, `rtl-toasts-${width}-${theme}.png`) });
    }
    await swipe(page, -160, 4);
    await expect.poll(() => visibleToasts(page).count()).toBe(1);
    await swipe(page, 160, 4);
    await expect.poll(() => visibleToasts(page).count()).toBe(0);
    await page.getByTestId('bell').click();
    await page.getByTestId('inbox').waitFor();
    const panel = await box(page.getByTestId('panel'));
    expect(Math.min(panel.start, panel.end)).toBeGreaterThanOrEqual(0);
    if (width > 640) expect(panel.end).toBeLessThan(panel.start);
    pages.bff().publish([{ title: 'While the inbox is open', severity: 'error' }]);
    await visibleToasts(page).first().waitFor();
    if (width === 1440) expect((await box(visibleToasts(page).first())).end).toBeGreaterThan(432);
    for (const theme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme: theme });
      await page.waitForTimeout(300);
      await page.screenshot({ path: join(artifacts, `rtl-inbox-${width}-${theme}.png`) });
    }
    expect(await overflow(page)).toBeLessThanOrEqual(0);
    expect(await violations(page)).toEqual([]);
  });
});
