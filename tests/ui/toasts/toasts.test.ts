import type { BrowserContext } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { focusedId, holdToasts, rows, setHidden } from '../support/browser.ts';
import { measureThreadLoad, describeThreadLoad } from '../support/thread-load.ts';
import {
  drafts,
  advance,
  readRecords,
  stopClock,
  visibleToasts,
  titles,
  useToastPages,
} from './toasts-page.ts';

const pages = useToastPages();
const { open } = pages;

describe('toasts', () => {
  it('should immediately show and announce another error after three errors and 500 info toasts', async () => {
    const page = await open();
    await holdToasts(page);
    pages.bff().publish(drafts(3, 'error'));
    pages.bff().publish(Array.from({ length: 500 }, (_, n) => ({ title: `Info ${n}` })));
    await expect.poll(() => rows(page).count()).toBe(503);
    pages.bff().publish([{ title: 'CRITICAL: the payment database is down', severity: 'error' }]);
    await expect
      .poll(() => titles(page))
      .toEqual(['CRITICAL: the payment database is down', 'Toast 2', 'Info 499']);
    const front = visibleToasts(page).first();
    expect(await front.isVisible()).toBe(true);
    expect((await readRecords(page)).maxToasts).toBe(3);
    await expect
      .poll(async () => (await readRecords(page)).assertive)
      .toEqual([
        'Error: Toast 0',
        'Error: Toast 1',
        'Error: Toast 2',
        'Error: CRITICAL: the payment database is down',
      ]);
    expect(await page.getByTestId('toasts-errors').textContent()).toMatch(/2 more errors/);
    expect(await page.getByTestId('toasts-more').textContent()).toMatch(/499 more/);
  });

  it('should announce errors immediately and the rest in a single summary, and not move focus', async () => {
    const page = await open();
    await page.getByTestId('theme').focus();
    for (let n = 0; n < 20; n++)
      pages.bff().publish([{ title: `Toast ${n}`, severity: n % 5 === 0 ? 'error' : 'success' }]);
    await expect.poll(() => rows(page).count()).toBe(20);
    await expect
      .poll(async () => (await readRecords(page)).assertive)
      .toEqual(['Error: Toast 0', 'Error: Toast 5', 'Error: Toast 10', 'Error: Toast 15']);
    await advance(page, 2_100);
    const { polite, focused } = await readRecords(page);
    expect(polite).toEqual(['16 notifications: 16 success. Newest: Success: Toast 19']);
    expect(focused).toHaveLength(1);
    const liveRegions = page.locator('[aria-live], [role="alert"], [role="status"], [role="log"]');
    // Don't count the list's live regions: they announce only the reader's own actions.
    const listRegions = page.locator('[data-testid="search-status"], [data-testid="notice"]');
    expect((await liveRegions.count()) - (await listRegions.count())).toBe(2);
    expect((await listRegions.allTextContents()).join('').trim()).toBe('');
  });

  it('should show and announce notifications that arrived before the toasts were loaded', async () => {
    let load = (): void => undefined;
    const loads = new Promise<void>((resolve) => (load = resolve));
    const before = async (context: BrowserContext): Promise<void> => {
      await context.route(/ToastRegion-[^/]*\.js$/, async (route) => {
        await loads;
        await route.continue();
      });
    };
    const page = await open({ before });
    pages.bff().publish([...drafts(2, 'error'), { title: 'Fine' }]);
    await expect.poll(() => rows(page).count()).toBe(3);
    await advance(page, 10_000);
    const fine = visibleToasts(page).filter({ hasText: 'Fine' }).waitFor();
    load();
    await fine;
    await expect.poll(async () => (await titles(page)).slice(0, 2)).toEqual(['Toast 1', 'Toast 0']);
    await expect
      .poll(async () => (await readRecords(page)).assertive)
      .toEqual(['Error: Toast 0', 'Error: Toast 1']);
  });

  it('should combine repeated toasts into one with a count', async () => {
    const page = await open();
    await holdToasts(page);
    for (let n = 0; n < 14; n++)
      pages
        .bff()
        .publish([{ title: 'warehouse restarted', severity: 'error', source: 'alerts', body: `${n}` }]);
    await expect.poll(() => page.getByTestId('toast-count').textContent()).toContain('14 times');
    expect(await visibleToasts(page).count()).toBe(1);
    expect(await visibleToasts(page).locator('.tocsin-toast-text').textContent()).toBe('13');
    for (const at of ['10%', '50%', 'done'])
      pages.bff().publish([{ title: `Import: ${at}`, collapseKey: 'import' }]);
    await expect.poll(() => titles(page)).toEqual(['warehouse restarted', 'Import: done']);
    await expect.poll(() => page.getByTestId('toast-count').last().textContent()).toContain('3 times');
  });

  it('should expand the collapsed errors, and open the inbox from "N more"', async () => {
    const page = await open();
    await holdToasts(page);
    pages.bff().publish(drafts(6, 'error'));
    pages.bff().publish(Array.from({ length: 9 }, (_, n) => ({ title: `Info ${n}` })));
    const fold = page.getByTestId('toasts-errors');
    await expect.poll(() => fold.textContent()).toMatch(/4 more errors/);
    await fold.click();
    await expect.poll(() => visibleToasts(page).count()).toBe(7);
    expect(await fold.getAttribute('aria-expanded')).toBe('true');
    await fold.click();
    await page.mouse.move(5, 5);
    await expect.poll(() => visibleToasts(page).count()).toBe(3);
    await page.getByTestId('toasts-more').click();
    await page.getByTestId('inbox').getByText('Info 0', { exact: true }).waitFor();
    await expect.poll(() => page.getByTestId('toasts-more').count()).toBe(0);
    const toast = await visibleToasts(page).first().boundingBox();
    const panel = await page.getByTestId('panel').boundingBox();
    expect((toast?.x ?? 0) + (toast?.width ?? 0), 'beside the inbox').toBeLessThanOrEqual(panel?.x ?? 0);
  });

  it('should keep errors, and remove other toasts after six seconds', async () => {
    const page = await open();
    await holdToasts(page);
    pages.bff().publish([{ title: 'Fine' }, { title: 'Broken', severity: 'error' }]);
    await expect.poll(() => visibleToasts(page).count()).toBe(2);
    await stopClock(page);
    await setHidden(page, false);
    await advance(page, 5_000);
    expect(await visibleToasts(page).count()).toBe(2);
    await advance(page, 1_500);
    expect(await titles(page)).toEqual(['Broken']);
    await advance(page, 60_000);
    expect(await titles(page)).toEqual(['Broken']);
  });

  it('should pause while the pointer is over them or the focus is in them', async () => {
    const page = await open();
    await holdToasts(page);
    pages.bff().publish(drafts(1));
    await visibleToasts(page).hover();
    await setHidden(page, false);
    await advance(page, 7_000);
    expect(await visibleToasts(page).count()).toBe(1);
    await page.getByTestId('toast-dismiss').focus();
    await page.mouse.move(5, 5);
    await advance(page, 7_000);
    expect(await visibleToasts(page).count()).toBe(1);
    await page.getByTestId('theme').focus();
    await advance(page, 7_000);
    await expect.poll(() => visibleToasts(page).count()).toBe(0);
  });

  it('should pause while the tab is hidden', async () => {
    const page = await open();
    await setHidden(page, true);
    pages.bff().publish(drafts(2));
    await expect.poll(() => visibleToasts(page).count()).toBe(2);
    await advance(page, 8_000);
    expect(await visibleToasts(page).count()).toBe(2);
    await setHidden(page, false);
    await advance(page, 7_000);
    await expect.poll(() => visibleToasts(page).count()).toBe(0);
  });

  it('should not pile up in a hidden tab, but show the newest once the tab is visible', async () => {
    const page = await open();
    // Hold back animation frames until the tab is visible, as browsers do in a hidden tab.
    await page.evaluate(() => {
      const { requestAnimationFrame } = window;
      const waiting: FrameRequestCallback[] = [];
      window.requestAnimationFrame = (callback) => waiting.push(callback);
      document.addEventListener('visibilitychange', () => {
        if (document.hidden) return;
        window.requestAnimationFrame = requestAnimationFrame;
        for (const callback of waiting.splice(0)) callback(performance.now());
      });
    });
    await setHidden(page, true);
    for (let n = 1; n <= 5; n++) {
      pages.bff().publish(drafts(3, 'error').map(({ title }) => ({ title: `${title} of ${n}` })));
      await expect.poll(() => page.title()).toBe(`(${3 * n}) Tocsin`);
      expect(await page.locator('.Vue-Toastification__toast').count()).toBeLessThanOrEqual(3);
    }
    await setHidden(page, false);
    await expect.poll(() => titles(page)).toEqual(['Toast 2 of 5', 'Toast 1 of 5', 'Toast 0 of 5']);
  });

  it('should work by keyboard, and move the focus when the focused toast closes', async () => {
    pages.bff().publish([{ title: 'Row', link: '/row' }]);
    const page = await open();
    const actions = [{ label: 'Open it', link: '/#opened' }];
    pages.bff().publish([{ title: 'First', severity: 'error', actions }]);
    pages.bff().publish([{ title: 'Second', severity: 'error', actions }]);
    await expect.poll(() => visibleToasts(page).count()).toBe(2);
    const names: string[] = [];
    for (let press = 0; press < 40; press++) {
      await page.keyboard.press('Tab');
      names.push(await page.evaluate(() => document.activeElement?.textContent?.trim() ?? ''));
    }
    expect(names).toEqual(
      expect.arrayContaining([
        'Skip to the notifications',
        'Open it',
        'Dismiss Second',
        'Dismiss First',
        'Row',
      ]),
    );
    await page.getByTestId('theme').focus();
    await page.getByRole('button', { name: 'Dismiss Second', exact: true }).focus();
    await page.keyboard.press('Enter');
    const focused = () => page.evaluate(() => document.activeElement?.textContent?.trim());
    await expect.poll(focused).toBe('Dismiss First');
    await page.keyboard.press('Enter');
    await expect.poll(() => focusedId(page)).toBe('theme');
  });

  it('should move the focus to the toasts and back with F8, and use Escape only while they have focus', async () => {
    const page = await open();
    await page.getByTestId('theme').focus();
    pages.bff().publish(drafts(2, 'error'));
    await expect.poll(() => visibleToasts(page).count()).toBe(2);
    await page.keyboard.press('Escape');
    expect(await visibleToasts(page).count()).toBe(2);
    await page.keyboard.press('F8');
    await expect.poll(() => focusedId(page)).toBe('toasts');
    expect(await page.getByTestId('toasts').getAttribute('aria-keyshortcuts')).toBe('F8');
    await page.keyboard.press('F8');
    await expect.poll(() => focusedId(page)).toBe('theme');
    await page.keyboard.press('F8');
    await page.keyboard.press('Escape');
    await expect.poll(() => titles(page)).toEqual(['Toast 0']);
    await page.keyboard.press('Escape');
    await expect.poll(() => visibleToasts(page).count()).toBe(0);
    expect(await focusedId(page)).toBe('theme');
  });

  it('should stay usable during a burst of 500: three toasts, a count and a complete list', async () => {
    const page = await open();
    await holdToasts(page);
    const endOfBurst = await measureThreadLoad(page);
    const ids = pages.bff().publish(drafts(500));
    await expect.poll(() => rows(page).count()).toBe(500);
    const burst = await endOfBurst();
    await expect.poll(() => titles(page)).toEqual(['Toast 499', 'Toast 498', 'Toast 497']);
    await expect.poll(() => page.getByTestId('toasts-more').textContent()).toMatch(/497 more/);
    const shown = () =>
      rows(page).evaluateAll((all) => all.map((row) => row.getAttribute('data-notification-id')));
    await expect.poll(shown).toEqual(ids.toReversed());
    const started = Date.now();
    await page.getByTestId('theme').click();
    expect(Date.now() - started).toBeLessThan(1_000);
    await page.getByTestId('dismiss-all').click();
    await expect.poll(() => visibleToasts(page).count()).toBe(0);
    expect((await readRecords(page)).maxToasts).toBe(3);

    const idle = await open();
    const endOfIdle = await measureThreadLoad(idle);
    await idle.waitForTimeout(burst.spanMs);
    console.log(
      `500 at once: ${describeThreadLoad(burst)}; an idle page: ${describeThreadLoad(await endOfIdle())}`,
    );
  });

  it('should not animate if the reader prefers reduced motion', async () => {
    const page = await open({ reducedMotion: true });
    pages.bff().publish(drafts(2, 'error'));
    await expect.poll(() => visibleToasts(page).count()).toBe(2);
    const moving = () => page.evaluate(() => document.getAnimations().length);
    expect(await moving()).toBe(0);
    await visibleToasts(page).first().hover();
    expect(await moving()).toBe(0);
    await page.getByTestId('toast-dismiss').first().click();
    await expect.poll(() => visibleToasts(page).count()).toBe(1);
    expect(await moving()).toBe(0);
  });
});
