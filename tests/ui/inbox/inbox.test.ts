import type { Page } from 'playwright-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { focusedId, live, toasts } from '../support/browser.ts';
import { measureThreadLoad, describeThreadLoad } from '../support/thread-load.ts';
import { inbox, rows, numberedDrafts } from './inbox-page.ts';
import { usePages } from '../support/use-pages.ts';
import type { FakeBff } from '../fakes/fake-bff.ts';

const pages = usePages();
let bff: FakeBff;
beforeEach(() => {
  bff = pages.bff;
});
const { openLive: open } = pages;
const titles = (page: Page) => rows(page).locator('h3').allTextContents();

describe('the inbox', () => {
  it('should open with Enter, close with Escape and return the focus', async () => {
    bff.publish(numberedDrafts(2));
    const page = await open();
    bff.publish([{ title: 'Stays', severity: 'error' }]);
    await expect.poll(() => toasts(page).count()).toBe(1);
    await page.getByTestId('bell').focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => focusedId(page)).toBe('panel');
    await page.keyboard.press('Tab');
    await expect.poll(() => focusedId(page)).toBe('mark-all-read');
    await page.keyboard.press('Escape');
    await expect.poll(() => inbox(page).count()).toBe(0);
    expect(await focusedId(page)).toBe('bell');
    expect(await toasts(page).count(), 'Escape closes the inbox, not the toast').toBe(1);
    await page.getByTestId('bell').click();
    await page.getByTestId('inbox-close').click();
    expect(await focusedId(page)).toBe('bell');
    await page.getByTestId('bell').click();
    await page.mouse.click(5, 400);
    await expect.poll(() => inbox(page).count()).toBe(0);
  });

  it('should mark one or all notifications as read on the server, and follow other devices’ read marks', async () => {
    bff.publish(numberedDrafts(1));
    const page = await open();
    const ids = bff.publish(numberedDrafts(4, 'New'));
    await expect.poll(() => page.title()).toBe('(4) Tocsin');
    await page.getByTestId('bell').click();
    await rows(page).nth(1).getByTestId('mark-read').click();
    await expect.poll(() => page.title()).toBe('(3) Tocsin');
    await expect.poll(() => bff.reads.get('all')).toEqual({ offset: 1, ids: [ids[2]] });
    expect(await focusedId(page), 'focus stays on the button, which now does the opposite').toBe(
      'mark-unread',
    );
    bff.read('all', { ids: [ids[0] ?? ''] });
    await expect.poll(() => page.title()).toBe('(2) Tocsin');
    await inbox(page).getByTestId('mark-all-read').click();
    await expect.poll(() => page.title()).toBe('Tocsin');
    await expect.poll(() => bff.reads.get('all')?.offset).toBe(5);
    expect(await inbox(page).getByTestId('mark-read').count()).toBe(0);
  });

  it('should offer to undo archiving only in the panel while it’s open, and otherwise on the page', async () => {
    bff.publish(numberedDrafts(3));
    const page = await open({ width: 768, height: 1_024 });
    await page.getByTestId('page-settings-button').waitFor();
    const countNotices = () => page.getByTestId('notice').filter({ hasText: /./ }).count();
    await page.getByTestId('bell').click();
    await rows(page).first().getByTestId('row-dismiss').click();
    await inbox(page).getByTestId('undo').waitFor();
    expect(await countNotices()).toBe(1);
    expect(await page.getByTestId('undo').count()).toBe(1);
    await page.keyboard.press('Escape');
    // The panel is closed, so the page offers to undo the archiving.
    await expect.poll(() => page.getByTestId('undo').count()).toBe(1);
    // The offer is at the bottom of the screen although the list is short.
    expect((await page.getByTestId('undo').boundingBox())?.y).toBeGreaterThan(900);
  });

  it('should not count notifications read on another device', async () => {
    bff.publish(numberedDrafts(5));
    bff.read('all', { offset: 2 });
    const page = await open();
    await expect.poll(() => page.title()).toBe('(3) Tocsin');
    bff.read('all', { offset: 4 });
    await expect.poll(() => page.title()).toBe('(1) Tocsin');
  });

  it('should filter by words, severity, source, feed and unread state', async () => {
    // A second earlier than the order notification below, since the inbox merges feeds by time.
    const createdAt = new Date(Date.now() - 1_000).toISOString();
    bff.publish([
      { title: 'Disk full', severity: 'warning', source: 'Db', createdAt },
      { title: 'Backup done', createdAt },
    ]);
    bff.publish([{ title: 'Order for a disk', body: 'For Café Luna' }], { feed: 'topic:orders' });
    const page = await open({ search: '?feed=all&feed=topic:orders' });
    await page.getByTestId('bell').click();
    await expect.poll(() => titles(page)).toHaveLength(3);
    await inbox(page).getByTestId('inbox-search').fill('DISK');
    await expect.poll(() => titles(page)).toEqual(['Order for a disk', 'Disk full']);
    await inbox(page).getByTestId('inbox-search').fill('café disk');
    await expect.poll(() => titles(page)).toEqual(['Order for a disk']);
    await inbox(page).getByTestId('inbox-search').fill('');
    await inbox(page).getByTestId('inbox-filter').click();
    await inbox(page).getByTestId('inbox-severity').selectOption('warning');
    await expect.poll(() => titles(page)).toEqual(['Disk full']);
    await inbox(page).getByTestId('inbox-severity').selectOption('');
    await inbox(page).getByTestId('inbox-feed').selectOption('topic:orders');
    await expect.poll(() => titles(page)).toEqual(['Order for a disk']);
    await inbox(page).getByTestId('inbox-clear').click();
    await inbox(page).getByTestId('inbox-source').selectOption('Db');
    await expect.poll(() => titles(page)).toEqual(['Disk full']);
    await inbox(page).getByTestId('tab-unread').click();
    await inbox(page).getByTestId('inbox-none').waitFor();
  });

  it('should focus the next row after archiving a notification, and keep it archived after a reload', async () => {
    bff.publish(numberedDrafts(3));
    const page = await open();
    await page.getByTestId('bell').click();
    await rows(page).nth(1).getByTestId('row-dismiss').focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => titles(page)).toEqual(['Order 2', 'Order 0']);
    expect(await focusedId(page), 'the next row itself has the focus').toBe('ARTICLE');
    await page.reload();
    await live(page);
    await page.getByTestId('bell').click();
    await expect.poll(() => titles(page)).toEqual(['Order 2', 'Order 0']);
  });

  it('should list muted notifications, but not count them or show toasts for them', async () => {
    bff.publish(numberedDrafts(1));
    const page = await open();
    await page.getByTestId('bell').click();
    await page.getByTestId('inbox-settings-button').click();
    await page.getByLabel('Warning', { exact: true }).check();
    await expect.poll(() => bff.mutes.severities).toEqual(['warning']);
    await page.getByTestId('preferences-close').click();
    expect(await focusedId(page)).toBe('inbox-settings-button');
    bff.publish([
      { title: 'Quiet', severity: 'warning' },
      { title: 'Loud', severity: 'error' },
    ]);
    await expect.poll(() => titles(page)).toHaveLength(3);
    await expect.poll(() => toasts(page).locator('h3').allTextContents()).toEqual(['Loud']);
    expect(await page.title()).toBe('(1) Tocsin');
    await page.reload();
    await live(page);
    bff.publish([{ title: 'Quiet too', severity: 'warning' }]);
    await page.getByTestId('bell').click();
    await expect.poll(() => titles(page)).toHaveLength(4);
    expect((await toasts(page).locator('h3').allTextContents()).join()).not.toContain('Quiet');
  });

  it('should ask for permission for desktop notifications only after a click, and show them while the page is hidden', async () => {
    const page = await open({
      before: async (context) => {
        await context.addInitScript(() => {
          const shown: string[] = [];
          function Fake(title: string) {
            shown.push(title);
            return {};
          }
          Fake.permission = 'default';
          Fake.permissionRequests = 0;
          Fake.requestPermission = () => {
            Fake.permissionRequests++;
            Fake.permission = 'granted';
            return Promise.resolve('granted');
          };
          Object.assign(window, { Notification: Fake, shown });
        });
      },
    });
    const permissionRequests = () =>
      page.evaluate(
        () =>
          (window as unknown as { Notification: { permissionRequests: number } }).Notification
            .permissionRequests,
      );
    const shown = () => page.evaluate(() => (window as unknown as { shown: string[] }).shown);
    await page.getByTestId('bell').click();
    await page.getByTestId('inbox-settings-button').click();
    expect(await permissionRequests()).toBe(0);
    await page.getByTestId('desktop').click();
    await expect.poll(permissionRequests).toBe(1);
    await expect.poll(() => bff.inbox.preferences.desktop).toBe(true);
    await page.getByTestId('preferences-close').click();
    bff.publish([{ title: 'Seen' }]);
    await expect.poll(() => titles(page)).toHaveLength(1);
    await page.evaluate(() => {
      Object.defineProperty(document, 'hidden', { configurable: true, get: () => true });
      document.dispatchEvent(new Event('visibilitychange'));
    });
    bff.publish([{ title: 'Hidden' }]);
    await expect.poll(shown).toEqual(['Hidden']);
  });

  it('should page through the whole history after 5,000 missed notifications, reported in a single toast', async () => {
    bff.publish(numberedDrafts(3_000, 'Before'));
    const page = await open();
    await page.goto('about:blank');
    bff.publish(numberedDrafts(5_000, 'Missed'));
    await page.goto(bff.url);
    await page.getByRole('heading', { name: '5000 new while you were away' }).waitFor();
    expect(await toasts(page).count()).toBe(1);
    await page.getByTestId('bell').click();
    const end = inbox(page).getByText('No older notifications.');
    const endOfScroll = await measureThreadLoad(page);
    let scrolls = 0;
    for (const until = Date.now() + 60_000; (await end.count()) === 0 && Date.now() < until; scrolls++)
      await page.getByTestId('inbox-list').evaluate((list) => list.scrollTo(0, list.scrollHeight));
    console.log(
      `8,000 rows, scrolled to the end ${scrolls} times: ${describeThreadLoad(await endOfScroll())}`,
    );
    await end.waitFor();
    await inbox(page).getByText('Before 0', { exact: true }).waitFor();
    expect(await rows(page).count(), 'only rows near the screen are in the document').toBeLessThan(400);
    await inbox(page).getByTestId('inbox-search').fill('Before 1234');
    await expect.poll(() => titles(page)).toEqual(['Before 1234']);
  });
});

it('should remove the token from the address, and send it on the socket and over HTTP', async () => {
  bff.publish(numberedDrafts(1));
  const page = await open({ search: '?feed=all#token=a.b.c' });
  expect(page.url()).toBe(`${bff.url}/?feed=all`);
  expect(bff.handshakes.map(({ token }) => token)).toEqual(['a.b.c']);
  expect([...bff.bearers]).toEqual(['Bearer a.b.c']);
  await page.reload();
  await live(page);
  expect(bff.handshakes.at(-1)).toEqual({ token: 'a.b.c' });
});

it('should identify the browser by the same id over the socket, over HTTP and after a reload', async () => {
  const page = await open();
  const [first] = bff.handshakes;
  expect(first?.['clientId']).toMatch(/^[0-9a-f]{32}$/);
  await page.reload();
  await live(page);
  expect(bff.handshakes.at(-1)).toEqual(first);
  expect(bff.requests[0]).toContain(`clientId=${String(first?.['clientId'])}`);
});
