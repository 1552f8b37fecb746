import { ensureFirefox } from '@tocsin/tools';
import type { ElementHandle, Page } from 'puppeteer-core';
import { describe, expect, it } from 'vitest';
import { FakeOps } from '../fakes/fake-ops.ts';
import { byId, focusedId, live, texts, toastTitles, useFirefox } from './firefox-page.ts';

const firefox = await ensureFirefox((line) => process.stdout.write(`${line}\n`));

const MAIN = 'main [data-testid="notification"]';
const inInbox = (id: string) => `${byId('inbox')} ${byId(id)}`;
const titles = (page: Page) => texts(page, `${inInbox('notification')} h3 bdi`);
const numbered = (count: number) => Array.from({ length: count }, (_, n) => ({ title: `Order ${n}` }));
const attribute = (page: Page, selector: string, name: string) =>
  page.$$eval(selector, ([element], attributeName) => element?.getAttribute(attributeName), name);
/** Presses Enter on an element. Unlike a click, this works without a pointer. */
const press = async (element: ElementHandle | null | undefined) => element?.press('Enter');
const verdict = async (page: Page) => (await texts(page, byId('verdict'))).join();

async function openInbox(page: Page): Promise<void> {
  await page.focus(byId('bell'));
  await page.keyboard.press('Enter');
  await page.waitForSelector(byId('inbox'));
}

/** Waits until the inbox rows have buttons, which load late. */
const untilRowButtons = (page: Page) => page.waitForSelector(inInbox('row-menu'));

describe.skipIf(firefox === undefined)('a reader or operator in Firefox', () => {
  const open = useFirefox(firefox ?? '');

  it('should undo archiving, immediately or from the archive', async () => {
    const { page, bff } = await open();
    await live(page);
    bff.publish(numbered(3));
    await openInbox(page);
    const all = ['Order 2', 'Order 1', 'Order 0'];
    await expect.poll(() => titles(page)).toEqual(all);
    await untilRowButtons(page);
    for (const key of ['j', 'j', 'e'] as const) await page.keyboard.press(key);
    // Click without checking the list first: the button soon disappears.
    await (await page.waitForSelector(inInbox('undo')))?.click();
    await expect.poll(() => titles(page)).toEqual(all);
    const changes = () => bff.inbox.changes.map(({ name }) => name).filter((name) => name !== 'seen');
    await expect.poll(changes).toEqual(['archive', 'unarchive']);
    await press(await page.$(inInbox('row-dismiss')));
    await page.click(inInbox('tab-archive'));
    await expect.poll(() => titles(page)).toEqual(['Order 2']);
    await press(await page.$(inInbox('row-restore')));
    await page.waitForSelector(inInbox('inbox-none'));
    await page.click(inInbox('tab-all'));
    await expect.poll(() => titles(page)).toEqual(all);
  });

  it('should snooze a notification from the row menu, and see it return as unread with a toast', async () => {
    const { page, bff } = await open();
    await live(page);
    // Error toasts don't time out.
    bff.publish(numbered(2).map((draft) => ({ ...draft, severity: 'error' })));
    await openInbox(page);
    await expect.poll(() => titles(page)).toEqual(['Order 1', 'Order 0']);
    await untilRowButtons(page);
    await press((await page.$$(inInbox('row-menu'))).at(-1));
    await page.waitForSelector(byId('snooze-inAnHour'));
    await page.click(byId('snooze-inAnHour'));
    await expect.poll(() => titles(page)).toEqual(['Order 1']);
    await page.click(inInbox('tab-snoozed'));
    await expect
      .poll(() => texts(page, inInbox('row-note')))
      .toEqual([expect.stringMatching(/^Snoozed until/)]);
    await page.click(inInbox('tab-all'));
    await page.click(inInbox('mark-all-read'));
    await expect.poll(() => page.title()).toBe('Tocsin');
    bff.inbox.endSnoozes();
    await expect.poll(() => toastTitles(page)).toEqual(['Order 0']);
    await expect.poll(() => titles(page)).toEqual(['Order 0', 'Order 1']);
    await expect.poll(() => texts(page, inInbox('row-note'))).toEqual(['Back from snooze']);
    await expect.poll(() => page.title()).toBe('(1) Tocsin');
  });

  it('should mark a notification as unread and see the right counts', async () => {
    const { page, bff } = await open();
    await live(page);
    bff.publish(numbered(2));
    await expect.poll(() => texts(page, byId('unread'))).toEqual(['2']);
    await openInbox(page);
    await expect.poll(() => texts(page, byId('unread'))).toEqual([]);
    const label = () => attribute(page, byId('bell'), 'aria-label');
    await expect.poll(label).toBe('Notifications, 0 new, 2 unread');
    await page.click(inInbox('mark-all-read'));
    await expect.poll(() => page.title()).toBe('Tocsin');
    await press(await page.waitForSelector(inInbox('mark-unread')));
    await expect.poll(() => page.title()).toBe('(1) Tocsin');
    await expect.poll(label).toBe('Notifications, 0 new, 1 unread');
    await expect.poll(() => bff.inbox.changes.at(-1)?.name).toBe('unread');
  });

  it('should find an old notification on the server', async () => {
    const { page, bff } = await open({ path: '/favicon.svg' });
    bff.publish([{ title: 'Payment for order 4711 failed', body: 'Café Luna' }, ...numbered(100)]);
    await page.goto(bff.url);
    await live(page);
    await openInbox(page);
    const requestsBefore = bff.requests.length;
    await page.type(inInbox('inbox-search'), 'failed cafe');
    await expect.poll(() => titles(page)).toEqual(['Payment for order 4711 failed']);
    await expect.poll(() => bff.inbox.searches.at(-1)?.get('q')).toBe('failed cafe');
    expect(bff.requests.slice(requestsBefore), 'no page of history was loaded').toEqual([]);
  });

  it('should save quiet hours, which hold back toasts', async () => {
    const { page, bff } = await open();
    await live(page);
    await openInbox(page);
    await page.click(byId('inbox-settings-button'));
    await page.waitForSelector(byId('quiet-on'));
    await page.click(byId('quiet-on'));
    for (const id of ['quiet-from', 'quiet-to']) await page.locator(byId(id)).fill('00:00');
    const saved = () => bff.inbox.preferences.quietHours;
    await expect.poll(saved).toMatchObject({ from: '00:00', to: '00:00', allow: ['error'] });
    expect(saved()?.timeZone).toBe(
      await page.evaluate(() => Intl.DateTimeFormat().resolvedOptions().timeZone),
    );
    await page.reload();
    await live(page);
    bff.publish([...numbered(2), { title: 'Broken', severity: 'error' }]);
    await expect.poll(() => texts(page, byId('unread'))).toEqual(['3']);
    await expect.poll(() => toastTitles(page)).toContain('Broken');
    bff.inbox.changePreferences({ quietHours: null });
    await expect
      .poll(async () => (await toastTitles(page)).join())
      .toContain('2 unread notifications arrived during quiet hours');
  });

  it('should be able to use keyboard shortcuts while the detail pane is shown, but only within the inbox', async () => {
    const { page, bff } = await open();
    await live(page);
    bff.publish(numbered(4));
    await page.waitForSelector(byId('detail'));
    const detail = () => texts(page, `${byId('detail')} h2 bdi`);
    const count = async () => (await page.$$(MAIN)).length;
    await expect.poll(count).toBe(4);
    await page.click(byId('page-mark-all-read'));
    await expect.poll(() => page.title()).toBe('Tocsin');
    await page.focus(byId('tab-all'));
    await page.keyboard.press('j');
    await expect.poll(detail).toEqual(['Order 3']);
    await page.keyboard.press('j');
    await expect.poll(detail).toEqual(['Order 2']);
    await page.keyboard.press('k');
    await expect.poll(detail).toEqual(['Order 3']);
    await page.keyboard.press('u');
    await expect.poll(() => page.title()).toBe('(1) Tocsin');
    await page.keyboard.press('e');
    await expect.poll(count).toBe(3);
    await page.focus(byId('theme'));
    await page.keyboard.press('e');
    await page.keyboard.press('Tab');
    expect(await count()).toBe(3);
  });

  it('should see in the bell, inbox and page that the browser is offline, and recover', async () => {
    const { page, bff } = await open();
    await live(page);
    bff.publish(numbered(1));
    await openInbox(page);
    const states = async () => [
      await attribute(page, byId('bell-trouble'), 'data-connection'),
      await attribute(page, inInbox('connection-notice'), 'data-connection'),
      await attribute(page, byId('connection'), 'data-state'),
    ];
    await page.setOfflineMode(true);
    await expect.poll(states).toEqual(['offline', 'offline', 'offline']);
    await page.setOfflineMode(false);
    await live(page);
    await expect.poll(states).toEqual([undefined, undefined, 'live']);
  });

  it('should be able to follow a notification’s permalink, or be told that it no longer exists', async () => {
    const { page, bff } = await open();
    await live(page);
    const [id = ''] = bff.publish(numbered(1));
    await page.waitForSelector(`${MAIN} h3`);
    await page.click(`${MAIN} h3`);
    await page.waitForSelector(byId('detail-time'));
    const link = await attribute(page, byId('detail-time'), 'href');
    expect(link).toBe(`/?notification=${id}&feed=all`);
    await page.goto(`${bff.url}${link}`);
    const linked = async () => (await texts(page, byId('linked'))).join();
    await expect.poll(linked).toContain('Order 0');
    await page.click(byId('linked-close'));
    await expect.poll(() => new URL(page.url()).search).toBe('?feed=all');
    await expect.poll(() => focusedId(page)).toBe('H1');
    await page.goto(`${bff.url}/?notification=gone&feed=all`);
    await expect.poll(linked).toContain("doesn't exist or is no longer stored");
  });

  it('should see the verdict and when each problem began, as an operator', async () => {
    const ops = new FakeOps();
    ops.setAside = [];
    const { page } = await open({ path: '/ops', ops });
    await expect.poll(() => verdict(page)).toContain('2 instances running, no problems.');
    ops.failing = [{ dependency: 'sidecar', since: '2026-01-05T08:58:00Z' }];
    await expect.poll(() => verdict(page)).toContain("The sidecar of bff-1:4001 isn't responding.");
    expect(await verdict(page)).toContain('Since ');
  });

  it('should list scheduled notifications as an operator, and retract a notification', async () => {
    const ops = new FakeOps();
    const next = [{ id: 'order-1-due', feed: 'topic:orders', deliverAt: '2026-01-05T10:00:00.000Z' }];
    ops.schedules = { ...ops.schedules, count: 1, next };
    const { page } = await open({ path: '/ops', ops });
    const message = async () => (await texts(page, byId('scheduled-said'))).join();
    await page.waitForSelector(byId('scheduled-show'));
    await page.click(byId('scheduled-show'));
    await expect.poll(message).toContain('1 notification is scheduled.');
    await (await page.waitForSelector(byId('scheduled-retract')))?.click();
    await page.waitForSelector(byId('confirm-yes'));
    await page.click(byId('confirm-yes'));
    await expect.poll(message).toContain('Retracted: ');
    expect(ops.retracted).toEqual([{ id: 'order-1-due', feed: 'topic:orders' }]);
  });

  it('should resend an unsent fallback and dismiss another, as an operator', async () => {
    const ops = new FakeOps();
    const unsent = { reader: 'user:ada', createdAt: '2026-01-05T08:36:07.000Z', via: 'email' };
    const refused = { at: '2026-01-05T08:41:07.000Z', outcome: 'refused', reason: '550' } as const;
    ops.unsent = ['a', 'b'].map((id) => ({ ...unsent, ...refused, id }));
    const { page } = await open({ path: '/ops', ops });
    const message = async () => (await texts(page, byId('unsent-said'))).join();
    await expect.poll(() => verdict(page)).toContain("2 fallbacks weren't sent");
    await press(await page.waitForSelector(byId('send-again')));
    await expect.poll(message).toContain('Requeued: ');
    await expect.poll(async () => (await page.$$(byId('unsent-fallback'))).length).toBe(1);
    await press(await page.$(byId('dismiss')));
    await page.waitForSelector(byId('no-unsent'));
    expect([ops.resent, ops.unsent]).toEqual([['a'], []]);
  });
});
