import { beforeEach, describe, expect, it } from 'vitest';
import { overflow, violations } from '../support/axe.ts';
import { holdToasts, live, rows, toasts, type OpenPage } from '../support/browser.ts';
import { usePages } from '../support/use-pages.ts';
import type { FakeBff } from '../fakes/fake-bff.ts';

const pages = usePages();
let bff: FakeBff;
beforeEach(() => {
  bff = pages.bff;
});
const { open } = pages;
const rowIds = (page: OpenPage['page']) =>
  rows(page).evaluateAll((elements) => elements.map((row) => row.getAttribute('data-notification-id')));
const titled = (count: number, title = 'Order') =>
  Array.from({ length: count }, (_, n) => ({ title: `${title} ${n}` }));

describe('the page', () => {
  it('should show the newest page, then new notifications, once and in order', async () => {
    const before = bff.publish(titled(3));
    const page = await open();
    await live(page);
    const after: string[] = [];
    for (let n = 0; n < 20; n++) after.push(...bff.publish(titled(1, `Live ${n}`)));
    await expect.poll(() => rowIds(page)).toEqual([...before, ...after].reverse());
    expect(bff.subscribes[0]?.position?.offset).toBe(3);
  });

  it('should not lose notifications published between loading the newest page and subscribing', async () => {
    bff.publish(titled(1));
    let ids: string[] = [];
    bff.afterPage = () => {
      ids = bff.publish(titled(2, 'Late'), { push: false });
    };
    const page = await open();
    await live(page);
    await expect.poll(() => rowIds(page)).toEqual(expect.arrayContaining(ids));
    expect(await rows(page).count()).toBe(3);
  });

  it('should show new notifications if the newest page can’t be read, and load it later', async () => {
    bff.publish(titled(2));
    bff.restFails = true;
    const page = await open();
    await page.locator('[data-testid="connection"][data-state="incomplete"]').waitFor();
    bff.publish(titled(1, 'Live'));
    await expect.poll(() => rows(page).count()).toBe(1);
    bff.restFails = false;
    await expect.poll(() => rows(page).count(), { timeout: 15_000 }).toBe(3);
    expect(await rows(page).first().textContent()).toContain('Live');
    await live(page);
  });

  it('should show the newest page if the live feed is refused', async () => {
    bff.publish(titled(2));
    bff.refusal = { code: 'unavailable', message: 'later', temporary: true };
    const page = await open();
    await expect.poll(() => rows(page).count()).toBe(2);
    expect(await page.getByTestId('connection').getAttribute('data-state')).toBe('connecting');
    bff.refusal = undefined;
    await live(page);
  });

  it('should show that a feed is permanently refused', async () => {
    bff.restFails = true;
    bff.refusal = { code: 'invalid_request', message: 'no such feed', temporary: false };
    const page = await open({ search: '?feed=nonsense' });
    await page.getByTestId('refused').getByText('no such feed').waitFor();
  });

  it('should report missed notifications in a single toast after a reload, but errors separately', async () => {
    const page = await open();
    await live(page);
    bff.publish(titled(1, 'Before'));
    await expect.poll(() => rows(page).count()).toBe(1);
    await page.goto('about:blank');
    bff.publish([...titled(11), { title: 'Broken', severity: 'error' }]);
    await page.goto(bff.url);
    await page.getByRole('heading', { name: '12 new while you were away' }).waitFor();
    await expect.poll(() => toasts(page).count()).toBe(2);
    expect(await page.locator('[data-testid="toast"][data-severity="error"]').textContent()).toContain(
      'Broken',
    );
    expect(await rows(page).count()).toBe(13);
  });

  it('should show that it’s reconnecting, then recover missed notifications and show their number', async () => {
    bff.publish(titled(1));
    const page = await open();
    await live(page);
    await bff.stop();
    await page.locator('[data-testid="connection"][data-state="reconnecting"]').waitFor();
    bff.publish(titled(5, 'Missed'));
    await bff.start();
    await live(page);
    await page.getByRole('heading', { name: '5 new while you were away' }).waitFor();
    expect(await rows(page).count()).toBe(6);
  });

  it('should mark a gap if the feed’s state was lost', async () => {
    bff.publish(titled(2));
    const page = await open();
    await live(page);
    // The page marks a gap only between rows, so it needs rows before the gap.
    await expect.poll(() => rows(page).count()).toBe(2);
    await bff.stop();
    bff.loseState();
    bff.publish(titled(3, 'After'), { push: false });
    await bff.start();
    await page.locator('.tocsin-gap').waitFor();
    expect(await rows(page).count()).toBe(5);
    await page.getByTestId('toast').getByText('Some older notifications are not shown.').waitFor();
  });

  it('should report a loss of state in a single toast if toasts load only after the recovery', async () => {
    bff.publish(titled(2));
    let load = (): void => undefined;
    const recovered = new Promise<void>((resolve) => (load = resolve));
    const page = await open({
      before: async (context) => {
        await context.route(/\/assets\/late-parts-.*\.js$/, async (route) => {
          await recovered;
          await route.continue();
        });
      },
    });
    await live(page);
    await expect.poll(() => rows(page).count()).toBe(2);
    await bff.stop();
    bff.loseState();
    bff.publish(titled(3, 'After'), { push: false });
    await bff.start();
    await page.locator('.tocsin-gap').waitFor();
    load();
    await expect
      .poll(() => toasts(page).allTextContents())
      .toEqual([expect.stringMatching(/^3 or more new.*Some older notifications are not shown/)]);
  });

  it('should remove retracted notifications and the corresponding toasts', async () => {
    const page = await open();
    await live(page);
    const [id = ''] = bff.publish([{ title: 'Wrong', severity: 'error' }]);
    await expect.poll(() => toasts(page).count()).toBe(1);
    bff.retract(id);
    await expect.poll(() => toasts(page).count()).toBe(0);
    expect(await rows(page).count()).toBe(0);
    await page.getByTestId('empty').waitFor();
  });

  it('should show only the newest notification per collapse key in the list and toasts', async () => {
    const first = { title: 'Import has started', collapseKey: 'import', severity: 'error' } as const;
    bff.publish([first]);
    const page = await open();
    await live(page);
    bff.publish([{ ...first, title: 'Import at 50%' }]);
    await expect.poll(() => toasts(page).allTextContents()).toHaveLength(1);
    bff.publish([{ ...first, title: 'Import is done' }, ...titled(1)]);
    await expect.poll(() => rows(page).count()).toBe(2);
    await expect.poll(async () => (await toasts(page).allTextContents()).join()).toContain('Import is done');
    await expect.poll(async () => (await toasts(page).allTextContents()).join()).not.toContain('50%');
    expect((await rows(page).allTextContents()).join()).not.toMatch(/started|50%/);
  });

  it('should remove expired notifications from the list and toasts, whether loaded or received live', async () => {
    const inMs = (ms: number) => new Date(Date.now() + ms).toISOString();
    // Late enough for a busy machine, which can take seconds to open the page.
    bff.publish([{ title: 'Expires soon', expiresAt: inMs(15_000) }, ...titled(1)]);
    const page = await open();
    await live(page);
    bff.publish([{ title: 'Expires too', severity: 'error', expiresAt: inMs(12_000) }]);
    await expect.poll(() => rows(page).count()).toBe(3);
    await expect.poll(() => toasts(page).count()).toBe(1);
    await expect.poll(() => rows(page).count(), { timeout: 30_000 }).toBe(1);
    await expect.poll(() => toasts(page).count()).toBe(0);
  });

  it('should clear an erased feed and show later notifications', async () => {
    bff.publish(titled(3));
    const page = await open();
    await live(page);
    bff.publish([{ title: 'Secret', severity: 'error' }]);
    await expect.poll(() => toasts(page).count()).toBe(1);
    bff.erase();
    bff.publish(titled(1, 'Later'));
    await expect.poll(async () => (await rows(page).allTextContents()).join()).toMatch(/Later/);
    await expect.poll(() => rows(page).count()).toBe(1);
    await expect.poll(async () => (await toasts(page).allTextContents()).join()).not.toContain('Secret');
  });

  it('should show the unread count in the bell and title until all are read, including after a reload', async () => {
    bff.publish(titled(2));
    const page = await open();
    await live(page);
    expect(await page.title()).toBe('Tocsin');
    bff.publish(titled(3, 'New'));
    await expect.poll(() => page.title()).toBe('(3) Tocsin');
    await page.reload();
    await expect.poll(() => page.getByTestId('unread').textContent()).toBe('3');
    await page.getByTestId('bell').click();
    await page.getByTestId('mark-all-read').click();
    await expect.poll(() => page.title()).toBe('Tocsin');
    await page.reload();
    await live(page);
    expect(await page.title()).toBe('Tocsin');
  });

  it('should show the feeds given in the address', async () => {
    bff.publish([{ title: 'Everybody' }]);
    bff.publish([{ title: 'Orders' }], { feed: 'topic:orders' });
    const page = await open({ search: '?feed=topic:orders&feed=all' });
    await live(page);
    await expect.poll(() => rows(page).count()).toBe(2);
    expect(await page.getByTestId('feeds').textContent()).toMatch(/^Feeds: .?orders.?, All$/);
  });

  it('should load older notifications on demand', async () => {
    bff.publish(titled(120));
    const page = await open();
    await expect.poll(() => rows(page).count()).toBe(50);
    await page.getByText('Some older notifications are not shown.').waitFor();
    await page.getByRole('button', { name: 'Show older' }).click();
    await expect.poll(() => rows(page).count()).toBe(100);
    await page.getByRole('button', { name: 'Show older' }).click();
    await expect.poll(() => rows(page).count()).toBe(120);
    await page.getByText('No older notifications.').waitFor();
  });

  it('should link only safe URLs and show all other content as text', async () => {
    bff.publish([
      { title: '<b>bold</b>', body: '<img src=x onerror=alert(1)>', link: 'javascript:alert(1)' },
      { title: 'Elsewhere', link: 'https://example.org/a' },
      { title: 'Here', link: '/orders', actions: [{ label: 'Bad', link: '//example.org' }] },
    ]);
    const page = await open();
    await expect.poll(() => rows(page).count()).toBe(3);
    const links = await page
      .locator('.tocsin-row a')
      .evaluateAll((elements) => elements.map((a) => [a.getAttribute('href'), a.getAttribute('rel')]));
    expect(links).toEqual([
      ['/orders', null],
      ['https://example.org/a', 'noopener noreferrer'],
    ]);
    expect(await page.locator('.tocsin-row img, .tocsin-row b').count()).toBe(0);
    await page.getByText('<b>bold</b>').waitFor();
  });

  it('should use the system theme before the first paint, and remember the reader’s choice', async () => {
    const page = await open({ theme: 'dark' });
    const theme = () => page.evaluate(() => document.documentElement.dataset['theme']);
    expect(await theme()).toBe('dark');
    await page.getByTestId('theme').click();
    expect(await theme()).toBe('light');
    await page.reload({ waitUntil: 'commit' });
    await expect.poll(theme).toBe('light');
  });

  it('should be in the reader’s language and format dates for the region', async () => {
    bff.publish([{ title: 'x' }]);
    const page = await open({ locale: 'de-AT' });
    await page.getByRole('heading', { name: 'Heute' }).waitFor();
    expect(await page.locator('.tocsin-day time').getAttribute('lang')).toBe('de-AT');
    await page.getByRole('heading', { name: 'Benachrichtigungen', exact: true }).waitFor();
    expect(await page.getAttribute('html', 'lang')).toBe('de');
    await page.getByText('Neue Benachrichtigungen erscheinen sofort.').waitFor();
    // Hold the toasts, or axe might check a toast's contrast while it's fading out.
    await holdToasts(page);
    bff.publish([{ title: 'Schlüssel läuft ab', severity: 'warning' }]);
    await page.getByRole('button', { name: 'Schlüssel läuft ab' }).first().waitFor();
    await expect
      .poll(() => page.getByTestId('live-polite').textContent(), { timeout: 5_000 })
      .toMatch(/^Warnung: /);
    for (const width of [320, 360, 768]) {
      await page.setViewportSize({ width, height: 640 });
      expect(await overflow(page), `${width} px`).toBeLessThanOrEqual(0);
    }
    expect(await violations(page)).toEqual([]);
  });

  it('should keep the row under the pointer in place when new rows arrive', async () => {
    bff.publish(titled(30));
    const page = await open();
    await live(page);
    await rows(page).nth(1).hover();
    const id = await rows(page).nth(1).getAttribute('data-notification-id');
    const row = page.locator(`[data-testid="notification"][data-notification-id="${id}"]`);
    const before = (await row.boundingBox())?.y;
    bff.publish(titled(3, 'New'));
    await expect.poll(() => rows(page).count()).toBe(33);
    expect(Math.abs(((await row.boundingBox())?.y ?? 0) - (before ?? 0))).toBeLessThan(2);
    await page.getByTestId('newest').click();
    expect(await page.evaluate(() => scrollY)).toBe(0);
  });
});
