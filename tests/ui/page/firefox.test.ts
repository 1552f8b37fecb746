import { ensureFirefox } from '@tocsin/tools';
import type { Page } from 'puppeteer-core';
import type { Page as PlaywrightPage } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { overflow, violations } from '../support/axe.ts';
import { holdToasts, setHidden } from '../support/browser.ts';
import { byId, focusedId, live, texts, toastTitles, useFirefox } from './firefox-page.ts';

const firefox = await ensureFirefox((line) => process.stdout.write(`${line}\n`));

/** The cast is safe: the checks that Firefox shares with Chromium only use `evaluate`. */
const asPlaywright = (page: Page) => page as unknown as PlaywrightPage;

describe.skipIf(firefox === undefined)('the page in Firefox', () => {
  const open = useFirefox(firefox ?? '');

  it('should list notifications, show toasts, and catch up after a lost connection', async () => {
    const { page, bff } = await open();
    await live(page);
    // Hold the toasts, or axe might check a toast's contrast while it's fading out.
    await holdToasts(asPlaywright(page));
    bff.publish([{ title: 'Disk full', severity: 'error' }, { title: 'Order placed' }]);
    await expect.poll(() => toastTitles(page)).toEqual(['Disk full', 'Order placed']);
    await expect.poll(() => texts(page, byId('unread'))).toEqual(['2']);
    expect(await page.title()).toBe('(2) Tocsin');
    expect(await violations(asPlaywright(page))).toEqual([]);
    await setHidden(asPlaywright(page), false);
    await bff.stop();
    await page.waitForSelector('[data-state="reconnecting"]');
    bff.publish([{ title: 'Missed 1' }, { title: 'Missed 2' }], { push: false });
    await bff.start();
    await live(page);
    await expect.poll(() => toastTitles(page)).toContain('2 new while you were away');
    await expect.poll(async () => (await page.$$(byId('notification'))).length).toBe(4);
  });

  it('should move the keyboard focus to the toasts, into the inbox and back to the bell', async () => {
    const { page, bff } = await open();
    await live(page);
    bff.publish([
      { title: 'First', severity: 'error' },
      { title: 'Second', severity: 'error' },
    ]);
    await expect.poll(() => toastTitles(page)).toEqual(['Second', 'First']);
    await page.keyboard.press('F8');
    await expect.poll(() => focusedId(page)).toBe('toasts');
    await page.keyboard.press('Escape');
    await expect.poll(() => toastTitles(page)).toEqual(['First']);
    await page.focus(byId('bell'));
    await page.keyboard.press('Enter');
    await page.waitForSelector(byId('inbox'));
    await expect.poll(() => focusedId(page)).toBe('panel');
    expect(await violations(asPlaywright(page))).toEqual([]);
    await page.keyboard.press('Escape');
    await expect.poll(() => page.$(byId('panel'))).toBeNull();
    expect(await focusedId(page)).toBe('bell');
  });

  it('should let the reader drag toasts away', async () => {
    const { page, bff } = await open();
    await live(page);
    bff.publish([{ title: 'To the side', severity: 'error', link: '/#followed' }]);
    const toast = await page.waitForSelector(byId('toast'));
    await page.waitForFunction(() => document.getAnimations().length === 0);
    const { x, y, width, height } = (await toast?.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
    await page.mouse.move(x + width / 2, y + height / 2);
    await page.mouse.down();
    await page.mouse.move(x + width / 2 + 150, y + height / 2 + 4, { steps: 5 });
    await page.mouse.up();
    await expect.poll(() => toastTitles(page)).toEqual([]);
    expect(page.url()).not.toContain('followed');
  });

  it('should move the toasts into a modal dialog and back', async () => {
    const { page, bff } = await open();
    await live(page);
    await page.evaluate(() => {
      const dialog = document.createElement('dialog');
      dialog.textContent = 'Dialog of the host page';
      document.body.append(dialog);
      dialog.showModal();
    });
    bff.publish([{ title: 'While it is open', severity: 'error' }]);
    await expect.poll(() => toastTitles(page, 'dialog')).toEqual(['While it is open']);
    await page.keyboard.press('Escape');
    await expect.poll(() => page.$('dialog[open]')).toBeNull();
    await expect.poll(() => toastTitles(page, 'dialog')).toEqual([]);
    expect(await toastTitles(page)).toEqual(['While it is open']);
  });

  it('should be in the reader’s language', async () => {
    const { page, bff } = await open({ language: 'de-DE' });
    await live(page);
    expect(await page.$eval('html', ({ lang }) => lang)).toBe('de');
    bff.publish([{ title: 'Festplatte voll', severity: 'error' }]);
    await expect.poll(() => texts(page, '.tocsin-day-name')).toEqual(['Heute']);
    await expect
      .poll(() => texts(page, byId('live-assertive')))
      .toEqual([expect.stringMatching(/^Fehler: /)]);
  });

  it.each([
    { width: 500, height: 780 },
    { width: 768, height: 1024 },
    { width: 1440, height: 900 },
  ])('should be mirrored on a right-to-left page at $width px', async (size) => {
    const { page, bff } = await open({ ...size, dir: 'rtl' });
    await live(page);
    bff.publish([{ title: 'הגיבוי נכשל', severity: 'error' }]);
    const toast = await page.waitForSelector(byId('toast'));
    await expect.poll(async () => (await toast?.boundingBox())?.x).toBe(size.width > 640 ? 16 : 8);
    await page.click(byId('bell'));
    await page.waitForSelector(byId('inbox'));
    const { x, width } = (await (await page.$(byId('panel')))?.boundingBox()) ?? { x: -1, width: 0 };
    expect(x).toBeGreaterThanOrEqual(0);
    expect(x + width).toBeLessThanOrEqual(size.width);
    expect(await overflow(asPlaywright(page))).toBeLessThanOrEqual(0);
  });

  it('should work as custom elements on another app’s page', async () => {
    const { page, bff } = await open({ path: '/shop.html' });
    // Puppeteer's wait functions don't notice changes within a shadow root.
    const untilPresent = async (selector: string) => {
      await expect.poll(() => page.$(selector)).not.toBeNull();
      return page.$(selector);
    };
    await expect.poll(() => bff.subscribes.length).toBe(1);
    await untilPresent(byId('bell', 'tocsin-bell'));
    await expect.poll(() => page.$(byId('bell-trouble', 'tocsin-bell'))).toBeNull();
    bff.publish([{ title: 'In the shop', severity: 'error' }]);
    const toast = await untilPresent(byId('toast', 'tocsin-toasts'));
    expect(await toast?.evaluate((element) => element.querySelector('h3')?.textContent)).toBe('In the shop');
    await (await untilPresent(byId('bell', 'tocsin-bell')))?.click();
    await untilPresent(byId('inbox', 'tocsin-bell'));
    await page.evaluate(() => (document.documentElement.lang = 'de'));
    await untilPresent('tocsin-bell >>> [aria-label^="Benachrichtigungen"]');
    expect(await violations(asPlaywright(page))).toEqual([]);
  });
});
