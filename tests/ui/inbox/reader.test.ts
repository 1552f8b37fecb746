import type { Page } from 'playwright-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { live, toasts } from '../support/browser.ts';
import type { FakeBff } from '../fakes/fake-bff.ts';
import { openInbox, inbox, rows, numberedDrafts, titles, toastTitles } from './inbox-page.ts';
import { usePages } from '../support/use-pages.ts';

const pages = usePages();
let bff: FakeBff;
beforeEach(() => {
  bff = pages.bff;
});
const { openLive: open } = pages;
const changes = () => bff.inbox.changes.map(({ name }) => name);

/** Waits until the page has sent the snooze, not just shown it. Returns the time when the snooze ends. */
async function snoozedUntil(): Promise<string> {
  await expect.poll(changes).toEqual(['snooze']);
  return bff.inbox.changes[0]?.until ?? '';
}

describe('the bell and the inbox', () => {
  it('should count new notifications until the inbox opens, and mark one as read if its link is opened', async () => {
    const page = await open();
    bff.publish([{ title: 'Linked', link: '/demo', severity: 'error' }, ...numberedDrafts(1)]);
    await expect.poll(() => page.getByTestId('unread').textContent()).toBe('2');
    await toasts(page)
      .getByRole('link', { name: 'Linked' })
      .click({ modifiers: ['ControlOrMeta'] });
    await expect.poll(() => page.title()).toBe('(1) Tocsin');
    await expect.poll(() => toastTitles(page)).not.toContain('Linked');
    await page.getByTestId('bell').click();
    await expect.poll(() => page.getByTestId('unread').count()).toBe(0);
    await expect.poll(changes).toEqual(['seen']);
    expect(await page.getByTestId('bell').getAttribute('aria-label')).toBe('Notifications, 0 new, 1 unread');
    await rows(page).last().getByTestId('mark-unread').click();
    await expect.poll(() => page.title()).toBe('(2) Tocsin');
    await expect.poll(changes).toContain('unread');
    await inbox(page).getByTestId('mark-all-read').click();
    await expect.poll(() => toasts(page).count()).toBe(0);
    await expect.poll(() => page.title()).toBe('Tocsin');
  });

  it('should mark a notification as read when its link or action is followed in the list or detail pane', async () => {
    const actions = [{ label: 'Act', link: '/demo' }];
    const page = await open();
    const ids = bff.publish([
      { title: 'In details', actions },
      { title: 'With action', actions },
      { title: 'Linked', link: '/demo' },
    ]);
    const row = (title: string) =>
      page.getByRole('main').getByTestId('notification').filter({ hasText: title }).first();
    const read = () => bff.reads.get('all')?.ids ?? [];
    const inNewTab = { modifiers: ['ControlOrMeta' as const] };
    await expect.poll(() => page.title()).toBe('(3) Tocsin');
    await row('Linked').getByRole('link').click(inNewTab);
    await expect.poll(read).toEqual([ids[2]]);
    await page.setViewportSize({ width: 768, height: 900 });
    await row('With action').getByTestId('row-more').click();
    await row('With action').getByRole('link', { name: 'Act' }).click(inNewTab);
    await expect.poll(read).toEqual([ids[2], ids[1]]);
    await page.setViewportSize({ width: 1_440, height: 900 });
    await page.getByTestId('detail').waitFor();
    await row('In details').getByRole('heading').click();
    await expect.poll(read).toEqual([ids[2], ids[1], ids[0]]);
    await page.getByTestId('detail').getByTestId('mark-unread').click();
    await expect.poll(() => page.title()).toBe('(1) Tocsin');
    await page.getByTestId('detail').getByRole('link', { name: 'Act' }).click(inNewTab);
    await expect.poll(() => page.title()).toBe('Tocsin');
  });

  it("should count only the notifications in the reader's own feed as unread on a first visit", async () => {
    bff.publish(numberedDrafts(2), { feed: 'user:ada' });
    bff.publish(numberedDrafts(2));
    const page = await open({ search: '?feed=all&feed=user:ada' });
    await expect.poll(() => page.title()).toBe('(2) Tocsin');
    await expect.poll(() => bff.reads.get('all')?.offset).toBe(2);
    expect(bff.reads.has('user:ada')).toBe(false);
  });

  it('should snooze a notification, and bring it back as unread with a toast', async () => {
    bff.publish(numberedDrafts(2));
    const page = await open();
    await openInbox(page);
    await rows(page).last().getByTestId('row-menu').press('Enter');
    await page.getByTestId('snooze-inAnHour').click();
    await expect.poll(() => titles(page)).toEqual(['Order 1']);
    const hour = Date.parse(await snoozedUntil()) - Date.now();
    expect(Math.round(hour / 60_000)).toBe(60);
    await inbox(page).getByTestId('tab-snoozed').click();
    await expect.poll(() => rows(page).getByTestId('row-note').textContent()).toMatch(/^Snoozed until/);
    await inbox(page).getByTestId('tab-all').click();
    bff.inbox.endSnoozes();
    await expect.poll(() => toastTitles(page)).toBe('Order 0');
    await expect.poll(() => titles(page)).toEqual(['Order 0', 'Order 1']);
    expect(await rows(page).first().getByTestId('row-note').textContent()).toBe('Back from snooze');
    await expect.poll(() => page.title()).toBe('(1) Tocsin');
  });

  it('should snooze a notification until a time that the reader chooses', async () => {
    bff.publish(numberedDrafts(2));
    const page = await open();
    await openInbox(page);
    await rows(page).last().getByTestId('row-menu').press('Enter');
    await page.getByTestId('snooze-pick').press('Enter');
    const time = page.getByTestId('snooze-time');
    for (const refused of ['2020-01-01T10:00', '2999-03-04T10:30']) {
      await time.fill(refused);
      await time.press('Enter');
      expect(bff.inbox.changes, 'rejects a past time, and one more than a year ahead').toEqual([]);
    }
    const chosen = `${new Date(Date.now() + 300 * 24 * 60 * 60 * 1000).toISOString().slice(0, 10)}T10:30`;
    await time.fill(chosen);
    await page.getByTestId('snooze-set').click();
    await expect.poll(() => titles(page)).toEqual(['Order 1']);
    const until = Date.parse(await snoozedUntil());
    expect(until).toBe(await page.evaluate((local) => new Date(local).getTime(), chosen));
  });

  it('should report a rejected change, and search only loaded notifications if the server can’t search', async () => {
    bff.inbox.rejectsAll = true;
    bff.publish(numberedDrafts(60));
    const page = await open();
    await openInbox(page);
    await rows(page).first().getByTestId('row-dismiss').press('Enter');
    await expect.poll(() => inbox(page).getByTestId('notice').textContent()).toMatch(/^Couldn't save/);
    await inbox(page).getByTestId('inbox-search').fill('Order 5');
    await expect
      .poll(() => inbox(page).getByTestId('search-status').textContent())
      .toMatch(/doesn't support search/);
    expect((await titles(page)).length).toBeGreaterThan(5);
  });
});

describe('an inbox’s content', () => {
  it('should group identical adjacent notifications, and archive them together', async () => {
    const restarted = Array.from({ length: 14 }, () => ({ title: 'warehouse restarted', source: 'k8s' }));
    bff.publish([...numberedDrafts(1), ...restarted]);
    const page = await open();
    await openInbox(page);
    await expect.poll(() => titles(page)).toEqual(['warehouse restarted', 'Order 0']);
    const count = rows(page).first().getByTestId('row-count');
    expect(await count.textContent()).toContain('14×');
    await count.click();
    await expect.poll(() => rows(page).count()).toBe(15);
    await count.click();
    await rows(page).first().getByTestId('row-dismiss').press('Enter');
    await expect.poll(() => titles(page)).toEqual(['Order 0']);
    await expect.poll(() => bff.inbox.changes.at(-1)?.ids?.length).toBe(14);
  });

  it('should show a notification’s source, category, feed and icon', async () => {
    bff.publish([{ title: 'Paid', source: 'Shop', category: 'billing', icon: 'money', body: 'a\n  b' }], {
      feed: 'topic:orders',
    });
    const page = await open({ search: '?feed=all&feed=topic:orders' });
    await openInbox(page);
    const row = rows(page).first();
    expect(await row.locator('.tocsin-row-part').allTextContents()).toEqual(['Shop', 'billing', 'orders']);
    await expect.poll(() => row.locator('[data-icon="money"] path').getAttribute('d')).toContain('M3.5 7h17');
    await row.getByTestId('row-more').press('Enter');
    expect(await row.locator('.tocsin-row-text').evaluate((text) => getComputedStyle(text).whiteSpace)).toBe(
      'pre-wrap',
    );
    expect(await row.locator('time').getAttribute('title')).toMatch(/20\d\d/);
  });

  it('should page through search results, and abort an outdated search', async () => {
    bff.publish(numberedDrafts(120));
    // Long enough for the test to see “Searching…” on a busy machine.
    bff.inbox.searchDelay = 5_000;
    const page = await open();
    await openInbox(page);
    await inbox(page).getByTestId('inbox-search').fill('Nothing');
    await expect.poll(() => inbox(page).getByTestId('search-status').textContent()).toBe('Searching…');
    await expect.poll(() => bff.inbox.searches.length).toBe(1);
    bff.inbox.searchDelay = 300;
    await inbox(page).getByTestId('inbox-search').fill('Order');
    await expect.poll(() => bff.inbox.searches.length).toBeGreaterThan(1);
    await expect
      .poll(async () => {
        await page.getByTestId('inbox-list').evaluate((list) => list.scrollTo(0, list.scrollHeight));
        return rows(page).count();
      })
      .toBe(120);
    expect(bff.inbox.searches.at(-1)?.get('cursor')).toBe('100');
  });
});

describe('the page', () => {
  /** Opens the page, and counts tones instead of playing them. */
  async function openCounting(): Promise<{ page: Page; tones: () => Promise<number> }> {
    const page = await open({
      before: async (context) => {
        await context.addInitScript(() => {
          Object.assign(window, { tones: 0 });
          OscillatorNode.prototype.start = () => {
            (window as unknown as { tones: number }).tones++;
          };
          OscillatorNode.prototype.stop = () => undefined;
        });
      },
    });
    return { page, tones: () => page.evaluate(() => (window as unknown as { tones: number }).tones) };
  }

  it('should hold back toasts and sounds in quiet hours, except for allowed severities, and show a summary later', async () => {
    bff.inbox.changePreferences({
      quietHours: { from: '00:00', to: '00:00', timeZone: 'UTC', allow: ['error'] },
      sound: true,
    });
    const { page, tones } = await openCounting();
    // Browsers allow sound only after a click.
    await page.getByRole('heading', { name: 'Notifications', exact: true }).click();
    bff.publish(numberedDrafts(12));
    await expect
      .poll(() => page.getByTestId('unread').textContent(), {
        message: 'held-back notifications are counted',
      })
      .toBe('12');
    expect(await tones()).toBe(0);
    bff.publish([{ title: 'Broken', severity: 'error' }]);
    await expect.poll(() => toastTitles(page)).toBe('Broken');
    await expect.poll(tones).toBe(1);
    bff.inbox.changePreferences({ quietHours: null });
    await expect
      .poll(() => toastTitles(page))
      .toContain('12 unread notifications arrived during quiet hours');
  });

  it('should include notifications from before a reload in the quiet-hours summary, even in a tab opened later', async () => {
    bff.inbox.changePreferences({
      quietHours: { from: '00:00', to: '00:00', timeZone: 'UTC', allow: ['error'] },
    });
    const page = await open();
    bff.publish(numberedDrafts(3));
    await expect.poll(() => page.getByTestId('unread').textContent()).toBe('3');
    await page.reload();
    await live(page);
    bff.publish(numberedDrafts(2));
    await expect.poll(() => page.getByTestId('unread').textContent()).toBe('5');
    const tab = await page.context().newPage();
    await tab.goto(bff.url);
    await live(tab);
    await page.close();
    bff.publish([{ title: 'Allowed', severity: 'error' }]);
    await expect.poll(() => toastTitles(tab)).toBe('Allowed');
    bff.inbox.changePreferences({ quietHours: null });
    await expect.poll(() => toastTitles(tab)).toContain('5 unread notifications arrived during quiet hours');
  });

  it('should play a sound only if the reader wants it', async () => {
    const { page, tones } = await openCounting();
    bff.publish([{ title: 'Silent' }]);
    await expect.poll(() => toastTitles(page)).toContain('Silent');
    await page.getByTestId('bell').click();
    await page.getByTestId('inbox-settings-button').click();
    await page.getByTestId('sound').check();
    await page.getByTestId('quiet-on').check();
    await page.getByTestId('quiet-zone').fill('Nowhere');
    await page.getByTestId('quiet-zone').blur();
    await page.getByRole('alert').getByText('Enter a time zone name').waitFor();
    await expect
      .poll(() => bff.inbox.preferences)
      .toMatchObject({
        ...{ sound: true, quietHours: { from: '22:00', to: '07:00', allow: ['error'] } },
      });
    expect(await tones()).toBe(0);
    await page.getByTestId('quiet-on').uncheck();
    await expect.poll(() => bff.inbox.preferences.quietHours).toBe(null);
    bff.publish([{ title: 'Audible' }]);
    await expect.poll(tones).toBe(1);
  });

  it('should keep the last day of the quiet hours and show it as checked', async () => {
    const page = await open();
    await page.getByTestId('bell').click();
    await page.getByTestId('inbox-settings-button').click();
    await page.getByTestId('quiet-on').check();
    const days = page.getByTestId('quiet-days').getByRole('checkbox');
    for (let n = 1; n < 7; n++) await days.nth(n).uncheck();
    await days.first().click();
    await expect.poll(() => days.first().isChecked()).toBe(true);
    await expect.poll(() => bff.inbox.preferences.quietHours?.days).toEqual(['mon']);
  });
});
