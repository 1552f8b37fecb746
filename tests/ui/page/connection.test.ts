import type { Page } from 'playwright-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { live, rows } from '../support/browser.ts';
import type { FakeBff } from '../fakes/fake-bff.ts';
import { SilentProxy } from '../fakes/silent-proxy.ts';
import { usePages } from '../support/use-pages.ts';

const pages = usePages();
let bff: FakeBff;
beforeEach(() => {
  bff = pages.bff;
});

/** Returns the connection states that the bell, the inbox and the page show, in this order. */
const statusTexts = async (page: Page) => [
  await page.getByTestId('bell-trouble').getAttribute('data-connection'),
  await page.getByTestId('inbox').getByTestId('connection-notice').getAttribute('data-connection'),
  await page.getByTestId('connection').getAttribute('data-state'),
];
const untilState = (page: Page, name: string) =>
  page.locator(`[data-testid="connection"][data-state="${name}"]`).waitFor();
const openInbox = async (page: Page) => {
  await page.getByTestId('bell').click();
  return page.getByTestId('inbox');
};

describe('the connection', () => {
  // Test localhost, too: a socket to it stays connected while the browser is offline.
  it.each(['127.0.0.1', 'localhost'])(
    'should immediately show in the bell, inbox and page that the browser is offline, and recover later: %s',
    async (host) => {
      bff.publish([{ title: 'Here' }]);
      const page = await pages.open();
      await page.goto(bff.url.replace('127.0.0.1', host));
      await live(page);
      await openInbox(page);
      await rows(page).first().waitFor();
      const started = Date.now();
      await page.context().setOffline(true);
      await untilState(page, 'offline');
      expect(Date.now() - started).toBeLessThan(5_000);
      await expect.poll(() => statusTexts(page)).toEqual(['offline', 'offline', 'offline']);
      expect(await page.getByTestId('bell').getAttribute('aria-label')).toContain("You're offline.");
      await page.context().setOffline(false);
      await live(page);
      await expect.poll(() => page.getByTestId('bell-trouble').count()).toBe(0);
      expect(await page.getByTestId('connection-notice').count()).toBe(0);
    },
  );

  it('should show within 15 s that a silent connection is lost', async () => {
    const proxy = new SilentProxy(Number(new URL(bff.url).port));
    const url = await proxy.start();
    try {
      const page = await pages.open();
      await page.goto(url);
      await live(page);
      bff.publish([{ title: 'The last one that arrives' }]);
      await rows(page).first().waitFor();
      proxy.silent = true;
      const started = Date.now();
      await page
        .locator('[data-testid="connection"][data-state="reconnecting"]')
        .waitFor({ timeout: 20_000 });
      // The client notices after 14 s, or later on a busy machine.
      expect(Date.now() - started).toBeLessThan(18_000);
      proxy.silent = false;
      await live(page);
    } finally {
      proxy.stop();
    }
  });

  it('should pick up preferences that were changed elsewhere while it was lost', async () => {
    const page = await pages.open();
    await page.goto(bff.url);
    await live(page);
    bff.publish([{ title: 'Unread' }]);
    await page.getByTestId('unread').waitFor();
    await bff.stop();
    await untilState(page, 'reconnecting');
    bff.inbox.changePreferences({ feeds: ['all'] });
    await bff.start();
    await live(page);
    await page.getByTestId('unread').waitFor({ state: 'detached' });
  });
});

describe('the inbox', () => {
  it('should show that it’s still loading', async () => {
    bff.restDelayMs = 60_000;
    bff.refusal = { code: 'unavailable', message: 'later', temporary: true };
    const page = await pages.open();
    const list = await openInbox(page);
    await list.getByTestId('loading').waitFor();
    expect(await list.textContent()).not.toMatch(/No notifications yet|No older notifications/);
  });

  it('should show that there are no notifications once it has loaded', async () => {
    const page = await pages.open();
    await live(page);
    const list = await openInbox(page);
    await list.getByTestId('empty').waitFor();
    expect(await list.textContent()).toMatch(/No notifications yet/);
  });

  it('should show that the server can’t be reached, and load once it can', async () => {
    const page = await pages.open();
    await live(page);
    await page.goto('about:blank');
    bff.restFails = true;
    bff.refusal = { code: 'unavailable', message: 'later', temporary: true };
    await page.goto(bff.url);
    const list = await openInbox(page);
    await list.getByTestId('unreachable').waitFor();
    expect(await list.textContent()).not.toMatch(/No notifications yet|No older notifications/);
    expect(await page.getByTestId('bell-trouble').getAttribute('data-connection')).toBe('unreachable');
    await untilState(page, 'unreachable');
    [bff.restFails, bff.refusal] = [false, undefined];
    await list.getByTestId('empty').waitFor({ timeout: 15_000 });
  });

  it('should show that only new notifications can be shown, as the bell and the page do', async () => {
    bff.restFails = true;
    const page = await pages.open();
    const list = await openInbox(page);
    await list.getByTestId('incomplete').waitFor();
    expect(await page.getByTestId('bell-trouble').getAttribute('data-connection')).toBe('incomplete');
    await untilState(page, 'incomplete');
    bff.publish([{ title: 'New' }]);
    await expect.poll(() => statusTexts(page)).toEqual(['incomplete', 'incomplete', 'incomplete']);
    bff.restFails = false;
    await live(page);
    expect(await page.getByTestId('bell-trouble').count()).toBe(0);
  });

  it('should show that the server refuses a feed, and why', async () => {
    bff.restFails = true;
    bff.refusal = { code: 'invalid_request', message: 'no such feed', temporary: false };
    const page = await pages.open({ search: '?feed=nonsense' });
    const list = await openInbox(page);
    await list.getByTestId('refused').waitFor();
    expect(await list.textContent()).toContain('no such feed');
    await untilState(page, 'refused');
  });
});
