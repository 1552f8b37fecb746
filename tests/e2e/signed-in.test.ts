import { randomBytes } from 'node:crypto';
import { launchBrowser, signToken, startStack, type Stack } from '@tocsin/tools';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { live, rows, toasts } from '../ui/support/browser.ts';
import { builtPage } from '../ui/support/built-page.ts';

const SECRET = randomBytes(48).toString('base64url');
const WITHIN_20_S = { timeout: 20_000 };

let stack: Stack;
let browser: Browser;
/** A person's two devices, on different instances, and another person's device. */
let laptop: Page;
let phone: Page;
let ben: Page;

const tokenFor = (sub: string) =>
  signToken({
    claims: { sub, feeds: [], roles: [] },
    exp: Math.floor(Date.now() / 1000) + 3_600,
    issuer: 'tocsin',
    audience: 'tocsin',
    secret: SECRET,
  });
const bffUrl = (index: number): string => stack.bffs[index]?.url ?? '';

/** Opens the page as the user `sub`, in a separate browser context. */
async function openAs(sub: string, url: string, search: string): Promise<Page> {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(`${url}/?${search}#token=${await tokenFor(sub)}`);
  return page;
}
async function send(method: string, path: string, body?: unknown): Promise<void> {
  const response = await fetch(`${stack.producers[0]?.url}${path}`, {
    method,
    ...(body !== undefined && {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }),
  });
  expect(response.status).toBe(202);
}
const titles = async (page: Page): Promise<string[]> =>
  (await rows(page).locator('h3').allTextContents()).map((title) => title.replace('Unread.', '').trim());

beforeAll(async () => {
  const uiDist = await builtPage();
  [stack, browser] = await Promise.all([
    startStack({
      bffEnv: { AUTH_MODE: 'jwt', UI_DIST: uiDist },
      secrets: { NOTIFICATION_SECRETS_jwt: SECRET },
    }),
    launchBrowser(),
  ]);
  const ownFeeds = (sub: string) => `feed=all&feed=user:${sub}`;
  [laptop, phone, ben] = await Promise.all([
    openAs('ada', bffUrl(0), ownFeeds('ada')),
    openAs('ada', bffUrl(1), ownFeeds('ada')),
    openAs('ben', bffUrl(1), ownFeeds('ben')),
  ]);
  await Promise.all([laptop, phone, ben].map((page) => live(page)));
});
afterAll(async () => {
  await browser.close();
  await stack.stop();
});

describe('two browsers for one person and a third for another person', () => {
  it('should keep the token out of the page’s address', () => {
    expect(laptop.url()).not.toContain('token');
  });

  it('should show each person their own feed and the feed `all`', async () => {
    await send('POST', '/notifications', [
      { id: 'a-1', feed: 'user:ada', title: 'For Ada' },
      { id: 'b-1', feed: 'user:ben', title: 'For Ben' },
      { id: 'all-1', title: 'For all' },
    ]);
    for (const page of [laptop, phone]) {
      await expect.poll(async () => (await titles(page)).sort(), WITHIN_20_S).toEqual(['For Ada', 'For all']);
    }
    await expect.poll(async () => (await titles(ben)).sort(), WITHIN_20_S).toEqual(['For Ben', 'For all']);
  });

  it('should mark notifications as read on all of a person’s devices, but not for other people', async () => {
    await send('POST', '/notifications', { id: 'a-2', feed: 'user:ada', title: 'Read me' });
    await send('POST', '/notifications', { id: 'b-2', feed: 'user:ben', title: 'Unread for Ben' });
    for (const page of [laptop, phone]) await expect.poll(() => page.title(), WITHIN_20_S).toBe('(3) Tocsin');
    await expect.poll(() => ben.title(), WITHIN_20_S).toBe('(3) Tocsin');
    await laptop.getByTestId('bell').click();
    await laptop.getByTestId('mark-all-read').click();
    for (const page of [laptop, phone]) await expect.poll(() => page.title(), WITHIN_20_S).toBe('Tocsin');
    expect(await ben.title()).toBe('(3) Tocsin');
  });

  it('should sync read state and mutes to two tabs that share a connection, and to the other device', async () => {
    const tab = await laptop.context().newPage();
    let connections = 0;
    tab.on('websocket', () => connections++);
    await tab.goto(`${bffUrl(0)}/?feed=all&feed=user:ada#token=${await tokenFor('ada')}`);
    await live(tab);
    const all = [laptop, tab, phone];
    const expectTitle = async (title: string) => {
      for (const page of all) await expect.poll(() => page.title(), WITHIN_20_S).toBe(title);
    };
    await send('POST', '/notifications', { id: 'a-3', feed: 'user:ada', title: 'One' });
    await send('POST', '/notifications', { id: 'a-4', feed: 'user:ada', title: 'Two', severity: 'warning' });
    await expectTitle('(2) Tocsin');
    await tab.getByTestId('bell').click();
    await tab.getByTestId('inbox-settings-button').click();
    await tab.getByLabel('Warning', { exact: true }).check();
    await expectTitle('(1) Tocsin');
    await tab.getByLabel('Warning', { exact: true }).uncheck();
    await expectTitle('(2) Tocsin');
    await tab.getByTestId('preferences-close').click();
    await tab.getByTestId('inbox').getByTestId('mark-read').first().click();
    await expectTitle('(1) Tocsin');
    await tab.getByTestId('mark-all-read').click();
    await expectTitle('Tocsin');
    expect(connections, 'the second tab uses the first tab’s connection').toBe(0);
    expect(await ben.title()).toBe('(3) Tocsin');
    await tab.close();
  });

  it('should sync archiving, undo and snoozing to the other device, and find snoozed notifications', async () => {
    const keep = { id: 'a-5', feed: 'user:ada', title: 'Keep me', body: 'Café' };
    await send('POST', '/notifications', keep);
    const main = laptop.locator('main');
    const onPhone = () =>
      phone.locator('main').getByTestId('notification').filter({ hasText: 'Keep me' }).count();
    const onLaptop = main.getByTestId('notification').filter({ hasText: 'Keep me' });
    await expect.poll(onPhone, WITHIN_20_S).toBe(1);
    await onLaptop.getByTestId('row-dismiss').press('Enter');
    await expect.poll(onPhone, WITHIN_20_S).toBe(0);
    await laptop.getByTestId('undo').press('Enter');
    await expect.poll(onPhone, WITHIN_20_S).toBe(1);
    await onLaptop.getByTestId('row-menu').press('Enter');
    await laptop.getByTestId('snooze-tomorrow').press('Enter');
    await expect.poll(onPhone, WITHIN_20_S).toBe(0);
    await main.getByTestId('inbox-search').fill('keep cafe');
    await expect
      .poll(() => onLaptop.getByTestId('row-note').textContent(), WITHIN_20_S)
      .toMatch(/^Snoozed until/);
    await onLaptop.getByTestId('row-restore').press('Enter');
    await expect.poll(onPhone, WITHIN_20_S).toBe(1);
    await main.getByTestId('inbox-search').fill('');
  });

  it('should remove a retracted notification from every screen', async () => {
    await send('DELETE', '/notifications/a-1?feed=user:ada');
    for (const page of [laptop, phone]) {
      await expect.poll(async () => (await titles(page)).includes('For Ada'), WITHIN_20_S).toBe(false);
      await expect
        .poll(async () => (await toasts(page).allTextContents()).join(), WITHIN_20_S)
        .not.toContain('For Ada');
    }
  });

  it('should never show another person’s feed', async () => {
    const otherReader = await openAs('ben', bffUrl(0), 'feed=user:ada');
    await otherReader.getByText("This feed can't be shown").waitFor();
    expect(await rows(otherReader).count()).toBe(0);
    const response = await fetch(`${bffUrl(0)}/app/notifications?feed=user:ada`, {
      headers: { authorization: `Bearer ${await tokenFor('ben')}` },
    });
    expect(response.status).toBe(403);
    await otherReader.context().close();
  });
});
