import type { Page } from 'playwright-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { live, rows, toasts, type OpenOptions } from './browser.ts';
import { measureBusy, told } from './busy.ts';
import { usePages } from './use-pages.ts';
import { type FakeBff, type Draft } from './fake-bff.ts';

const pages = usePages();
let bff: FakeBff;
beforeEach(() => {
  bff = pages.bff;
});

/** Counts in the page what no poll from outside could: the most toasts at once and each announcement. */
const watch = () => {
  const seen = { most: 0, said: [] as string[], focused: [] as string[] };
  Object.assign(window, { seen });
  document.addEventListener('focusin', ({ target }) =>
    seen.focused.push((target as Element).outerHTML.slice(0, 80)),
  );
  new MutationObserver((changes) => {
    seen.most = Math.max(seen.most, document.querySelectorAll('[data-testid="toast"]').length);
    for (const { addedNodes, target } of changes) {
      if (!(target as Element).closest?.('[aria-live]')) continue;
      for (const node of addedNodes) if (node.textContent) seen.said.push(node.textContent);
    }
  }).observe(document, { childList: true, subtree: true });
};
interface Seen {
  most: number;
  said: string[];
  focused: string[];
}
const seen = (page: Page) => page.evaluate(() => (window as unknown as { seen: Seen }).seen);

const open = async (options: OpenOptions = {}): Promise<Page> => {
  const page = await pages.open({
    ...options,
    before: async (context) => {
      await context.clock.install();
      await context.addInitScript(watch);
    },
  });
  await live(page);
  return page;
};
const drafts = (count: number, severity: Draft['severity'] = 'info') =>
  Array.from({ length: count }, (_, n): Draft => ({ title: `Toast ${n}`, severity }));
/** Lets so many milliseconds pass for the page. */
const pass = async (page: Page, ms: number) => {
  await page.clock.runFor(ms);
  await page.waitForTimeout(50);
};
const toastIds = (page: Page) =>
  toasts(page).evaluateAll((elements) => elements.map((toast) => toast.getAttribute('data-notification-id')));

describe('toasts', () => {
  it('should say each of 20 once, never show more than three, and never move the focus', async () => {
    const page = await open();
    await page.getByTestId('theme').focus();
    const ids: string[] = [];
    for (let n = 0; n < 20; n++) {
      const severity = (['info', 'success', 'warning'] as const)[n % 3] ?? 'info';
      ids.push(...bff.publish([{ title: `Toast ${n}`, severity }]));
      if (n % 10 < 9) continue;
      await expect.poll(() => rows(page).count()).toBe(n + 1);
      for (let round = 0; round < 4; round++) await pass(page, 6500);
      await expect.poll(() => toasts(page).count()).toBe(0);
    }
    const { most, said, focused } = await seen(page);
    expect(most).toBe(3);
    expect(said.filter((text) => /Toast \d+$/.test(text)).sort()).toEqual(
      ids.map((_, n) => `${['Info', 'Success', 'Warning'][n % 3]}: Toast ${n}`).sort(),
    );
    expect(focused).toHaveLength(1);
  });

  it('should put errors and warnings into the assertive region and the others into the polite one', async () => {
    const page = await open();
    for (const severity of ['info', 'success', 'warning', 'error'] as const)
      bff.publish([{ title: severity, severity }]);
    const lines = (region: string) => page.getByTestId(region).locator('p').allTextContents();
    await expect.poll(() => lines('live-polite')).toEqual(['Info: info', 'Success: success']);
    await expect.poll(() => lines('live-assertive')).toEqual(['Warning: warning']);
    await page.keyboard.press('Escape');
    await expect.poll(() => lines('live-assertive')).toEqual(['Warning: warning', 'Error: error']);
    expect(await page.locator('[aria-live], [role="alert"], [role="status"], [role="log"]').count()).toBe(2);
  });

  it('should let six seconds pass for others and keep errors', async () => {
    const page = await open();
    bff.publish([{ title: 'Fine' }, { title: 'Broken', severity: 'error' }]);
    await expect.poll(() => toasts(page).count()).toBe(2);
    await pass(page, 5000);
    expect(await toasts(page).count()).toBe(2);
    await pass(page, 1500);
    expect(await toasts(page).count()).toBe(1);
    expect(await toasts(page).textContent()).toContain('Broken');
    await pass(page, 60_000);
    expect(await toasts(page).count()).toBe(1);
  });

  it('should wait while the pointer is over them or the focus in them', async () => {
    const page = await open();
    bff.publish(drafts(1));
    await toasts(page).hover();
    await pass(page, 7000);
    expect(await toasts(page).count()).toBe(1);
    await page.getByTestId('toast-dismiss').focus();
    await page.mouse.move(5, 5);
    await pass(page, 7000);
    expect(await toasts(page).count()).toBe(1);
    await page.getByTestId('theme').focus();
    await pass(page, 7000);
    await expect.poll(() => toasts(page).count()).toBe(0);
  });

  it('should wait while the tab is hidden', async () => {
    const page = await open();
    const setHidden = (hidden: boolean) =>
      page.evaluate((value) => {
        Object.defineProperty(document, 'hidden', { configurable: true, get: () => value });
        document.dispatchEvent(new Event('visibilitychange'));
      }, hidden);
    await setHidden(true);
    bff.publish(drafts(2));
    await pass(page, 8000);
    expect(await toasts(page).count()).toBe(2);
    await setHidden(false);
    await pass(page, 7000);
    await expect.poll(() => toasts(page).count()).toBe(0);
  });

  it('should dismiss the newest with Esc and all with the button', async () => {
    const page = await open();
    const ids = bff.publish(drafts(3, 'error'));
    await expect.poll(() => toastIds(page)).toEqual([...ids].reverse());
    await page.keyboard.press('Escape');
    await expect.poll(() => toastIds(page)).toEqual([ids[1], ids[0]]);
    await page.getByTestId('dismiss-all').click();
    await expect.poll(() => toasts(page).count()).toBe(0);
  });

  it('should be worked by keyboard alone, and hand the focus on when its toast goes', async () => {
    bff.publish([{ title: 'Row', link: '/row' }]);
    const page = await open();
    bff.publish([{ title: 'First', severity: 'error', actions: [{ label: 'Open it', link: '#opened' }] }]);
    bff.publish([{ title: 'Second', severity: 'error', actions: [{ label: 'Open it', link: '/#opened' }] }]);
    await expect.poll(() => toasts(page).count()).toBe(2);
    const names: string[] = [];
    for (let press = 0; press < 18; press++) {
      await page.keyboard.press('Tab');
      names.push(await page.evaluate(() => document.activeElement?.textContent?.trim() ?? ''));
    }
    expect(names).toEqual(
      expect.arrayContaining(['Skip to the notifications', 'Open it', 'Dismiss Second', 'Row']),
    );
    await page.getByTestId('theme').focus();
    await page.getByRole('button', { name: 'Dismiss Second' }).focus();
    await page.keyboard.press('Enter');
    const focused = () => page.evaluate(() => document.activeElement?.textContent?.trim());
    await expect.poll(focused).toBe('Dismiss First');
    await page.keyboard.press('Enter');
    await expect
      .poll(() => page.evaluate(() => document.activeElement?.getAttribute('data-testid')))
      .toBe('theme');
  });

  it('should stay usable under a burst of 500: three toasts, a count, a complete list', async () => {
    const page = await open();
    const endOfBurst = await measureBusy(page);
    const ids = bff.publish(drafts(500));
    await expect.poll(() => rows(page).count()).toBe(500);
    const burst = await endOfBurst();
    expect(await toasts(page).count()).toBe(3);
    expect(await page.getByTestId('toasts-more').textContent()).toBe('and 497 more');
    expect(
      await rows(page).evaluateAll((all) => all.map((row) => row.getAttribute('data-notification-id'))),
    ).toEqual(ids.reverse());
    const started = Date.now();
    await page.getByTestId('theme').click();
    expect(Date.now() - started).toBeLessThan(1000);
    await page.getByTestId('dismiss-all').click();
    await expect.poll(() => toasts(page).count()).toBe(0);
    expect((await seen(page)).most).toBe(3);

    const idle = await open();
    const endOfIdle = await measureBusy(idle);
    await idle.waitForTimeout(burst.spanMs);
    console.log(`500 at once: ${told(burst)}; an idle page: ${told(await endOfIdle())}`);
  });

  it('should not move when reduced motion is asked for', async () => {
    const page = await open({ reducedMotion: true });
    bff.publish(drafts(2, 'error'));
    await expect.poll(() => toasts(page).count()).toBe(2);
    const moving = () => page.evaluate(() => document.getAnimations().length);
    expect(await moving()).toBe(0);
    await page.keyboard.press('Escape');
    await expect.poll(() => toasts(page).count()).toBe(1);
    expect(await moving()).toBe(0);
  });
});
