import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { artifacts, overflow, violations } from '../support/axe.ts';
import { focusedId, live, type OpenOptions } from '../support/browser.ts';
import type { FakeBff } from '../fakes/fake-bff.ts';
import { countPermissionRequests, subscribedEndpoint, withPush } from './push-page.ts';
import { usePages } from '../support/use-pages.ts';

const pages = usePages();
let bff: FakeBff;
beforeEach(() => {
  bff = pages.bff;
  bff.away.status = 200;
});

const section = (page: Page) => page.getByTestId('away');
const within = (page: Page, name: string) => section(page).getByTestId(name);

async function openSettings(page: Page): Promise<void> {
  await live(page);
  await page.getByTestId('page-settings-button').click();
  await section(page).waitFor();
}
async function open(options: OpenOptions = {}): Promise<Page> {
  const page = await pages.open(options);
  await openSettings(page);
  return page;
}

describe('the settings for messages while the reader is away', () => {
  it('should show that a reader isn’t signed in, or that the deployment has no channels', async () => {
    bff.away.status = 403;
    const page = await open();
    await section(page).getByText('Sign in to get messages').waitFor();
    bff.away.status = 404;
    await page.reload();
    await openSettings(page);
    await section(page).getByText("doesn't send messages while you're away").waitFor();
    bff.away.status = 200;
    bff.away.names = [];
    await page.reload();
    await openSettings(page);
    await section(page).getByText("doesn't send messages while you're away").waitFor();
    expect(await section(page).locator('button, input').count()).toBe(0);
  });

  it('should retry loading on demand, and offer only the deployment’s channels', async () => {
    bff.away.status = 503;
    bff.away.names = ['email'];
    const page = await open();
    await section(page).getByText("Couldn't load these settings.").waitFor();
    bff.away.status = 200;
    await within(page, 'away-retry').press('Enter');
    await within(page, 'email-summary').waitFor();
    expect(await within(page, 'push').count()).toBe(0);
    expect(await within(page, 'push-unsupported').count()).toBe(0);
  });

  it('should offer e-mail if it’s sent only through a Dapr binding', async () => {
    bff.away.names = ['sendgrid'];
    bff.away.usesEmail = true;
    const page = await open();
    await page.getByRole('button', { name: 'Send e-mails to ada@example.com' }).press('Enter');
    await section(page).getByText('E-mails are sent to ada@example.com.').waitFor();
  });

  it('should send e-mail to the address in the token once the reader agrees, until the reader stops it', async () => {
    const page = await open();
    await section(page).getByText('E-mail is off.').waitFor();
    expect(bff.away.address).toBeNull();
    await page.getByRole('button', { name: 'Send e-mails to ada@example.com' }).press('Enter');
    await section(page).getByText('E-mails are sent to ada@example.com.').waitFor();
    await expect
      .poll(() => focusedId(page), { message: 'focus leaves the removed button' })
      .toBe('email-summary');
    expect(bff.away.address).toBe('ada@example.com');
    bff.away.status = 503;
    await within(page, 'email-stop').click();
    await section(page).getByRole('alert').getByText("Couldn't save.").waitFor();
    bff.away.status = 200;
    await within(page, 'email-stop').click();
    await section(page).getByText('E-mail is off.').waitFor();
    expect(bff.away.address).toBeNull();
    expect(await within(page, 'email-fault').count()).toBe(0);
  });

  it('should send e-mail to another address only after the reader enters the code sent to it', async () => {
    bff.away.offered = null;
    const page = await open();
    const address = page.getByLabel('Another address');
    await address.fill('not an address');
    await address.press('Enter');
    await section(page).getByRole('alert').getByText('Enter an e-mail address').waitFor();
    expect(await address.getAttribute('aria-invalid')).toBe('true');
    expect(bff.away.codesSentTo).toEqual([]);
    await address.fill('ada@other.example');
    await address.press('Enter');
    await section(page).getByRole('status').getByText('on its way to ada@other.example').waitFor();
    await expect.poll(() => focusedId(page)).toBe('email-code');
    await page.keyboard.type('87654321');
    await page.keyboard.press('Enter');
    await section(page).getByRole('alert').getByText('This code is wrong').waitFor();
    expect(bff.away.address).toBeNull();
    await page.getByLabel('Code', { exact: true }).fill('1234 5678');
    await page.keyboard.press('Enter');
    await section(page).getByText('E-mails are sent to ada@other.example.').waitFor();
    expect(bff.away.address).toBe('ada@other.example');
    bff.away.hasTooManyCodes = true;
    await address.fill('ada@third.example');
    await address.press('Enter');
    await section(page).getByRole('alert').getByText('five codes today').waitFor();
  });

  it('should turn push on only after a click, keep it on after a reload, and turn it off', async () => {
    const page = await open({ before: withPush(), locale: 'de-DE' });
    const push = within(page, 'push');
    await push.waitFor();
    expect(await countPermissionRequests(page)).toBe(0);
    const isRegistered = () =>
      page.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).length > 0);
    expect(await isRegistered(), 'no worker before push is turned on').toBe(false);
    await push.press('Enter');
    await page.getByRole('button', { name: 'Push auf diesem Gerät: an', pressed: true }).waitFor();
    expect(await countPermissionRequests(page)).toBe(1);
    expect(bff.away.devices).toEqual([{ endpoint: await subscribedEndpoint(page), language: 'de' }]);
    await page.reload();
    await openSettings(page);
    await page.getByRole('button', { name: 'Push auf diesem Gerät: an', pressed: true }).waitFor();
    expect(await countPermissionRequests(page)).toBe(0);
    await push.click();
    await page.getByRole('button', { name: 'Push auf diesem Gerät: aus', pressed: false }).waitFor();
    expect(bff.away.devices).toEqual([]);
    expect(await subscribedEndpoint(page)).toBeNull();
  });

  it('should end a push subscription that the server rejected, or that another reader left behind', async () => {
    const page = await open({ before: withPush() });
    await page.evaluate(() => localStorage.setItem('test.subscription', 'https://push.example/former'));
    await page.route('**/app/channels/push', (route) => route.fulfill({ status: 503, json: {} }));
    await within(page, 'push').click();
    await section(page).getByRole('alert').getByText("Couldn't save.").waitFor();
    expect(await subscribedEndpoint(page)).toBeNull();
    expect(await within(page, 'push').getAttribute('aria-pressed')).toBe('false');
    await page.unroute('**/app/channels/push');
    await within(page, 'push').click();
    await page.getByRole('button', { name: 'Push on this device: on' }).waitFor();
    expect(bff.away.devices).toHaveLength(1);
  });

  it('should turn push off on this device before another reader signs in', async () => {
    const token = (sub: string) => `x.${Buffer.from(JSON.stringify({ sub })).toString('base64url')}.x`;
    const page = await open({ before: withPush(), search: `?feed=all#token=${token('ada')}` });
    await within(page, 'push').click();
    await page.getByRole('button', { name: 'Push on this device: on' }).waitFor();
    const removal = page.waitForRequest(
      (request) => request.method() === 'DELETE' && request.url().endsWith('/app/channels/push'),
    );
    await page.evaluate((hash) => void (location.hash = hash), `token=${token('ben')}`);
    let enabled: number | undefined;
    await page.route('**/app/channels/push', async (route) => {
      enabled = await page.locator('.sign-in-offer-buttons :enabled').count();
      await route.continue();
    });
    await page.getByTestId('sign-in-other').press('Enter');
    expect((await removal).headers()['authorization']).toBe(`Bearer ${token('ada')}`);
    await expect
      .poll(() => page.evaluate(() => sessionStorage.getItem('tocsin.token')).catch(() => undefined))
      .toBe(token('ben'));
    expect(enabled, 'buttons enabled while it waits').toBe(0);
    expect(await subscribedEndpoint(page)).toBeNull();
    expect(bff.away.devices).toEqual([]);
  });

  it('should leave push on if the reader renews the token', async () => {
    const token = (exp: number) =>
      `x.${Buffer.from(JSON.stringify({ sub: 'ada', exp })).toString('base64url')}.x`;
    const page = await open({ before: withPush(), search: `?feed=all#token=${token(1)}` });
    await within(page, 'push').click();
    await page.getByRole('button', { name: 'Push on this device: on' }).waitFor();
    await page.evaluate((hash) => void (location.hash = hash), `token=${token(2)}`);
    await page.getByTestId('sign-in-other').press('Enter');
    await expect
      .poll(() => page.evaluate(() => sessionStorage.getItem('tocsin.token')).catch(() => undefined))
      .toBe(token(2));
    expect(await subscribedEndpoint(page)).not.toBeNull();
    expect(bff.away.devices).toHaveLength(1);
  });

  it('should explain why push stays off', async () => {
    const dismissed = await open({ before: withPush('default') });
    await within(dismissed, 'push').click();
    await section(dismissed).getByRole('alert').getByText('stays off until you allow').waitFor();
    const denied = await open({ before: withPush('denied') });
    await within(denied, 'push').click();
    await section(denied).getByRole('status').getByText('Notifications are blocked').waitFor();
    const unsupported = await open({
      before: async (context) => {
        await context.addInitScript(() => Reflect.deleteProperty(window, 'PushManager'));
      },
    });
    await section(unsupported).getByText("can't receive push messages").waitFor();
    expect(bff.away.devices).toEqual([]);
  });

  it('should use the page’s push manager if the browser needs no worker', async () => {
    const page = await open({
      before: async (context) => {
        await withPush()(context);
        await context.addInitScript(() => {
          Object.assign(window, { pushManager: Object.create(PushManager.prototype) as PushManager });
        });
      },
    });
    await within(page, 'push').click();
    await page.getByRole('button', { name: 'Push on this device: on' }).waitFor();
    expect(bff.away.devices).toHaveLength(1);
    expect(await page.evaluate(() => navigator.serviceWorker.getRegistration())).toBeUndefined();
  });

  it.each([
    { width: 320, height: 640, theme: 'light', locale: 'de-DE' },
    { width: 360, height: 780, theme: 'dark', locale: 'en-GB' },
    { width: 1440, height: 900, theme: 'light', locale: 'en-GB' },
    { width: 1440, height: 900, theme: 'dark', locale: 'de-DE' },
  ] as const)('should be accessible at $width px, $theme, $locale', async (look) => {
    await mkdir(artifacts, { recursive: true });
    bff.away.address = 'ada@other.example';
    const page = await open(look);
    await within(page, 'email-address').fill('ada@third.example');
    await within(page, 'email-send-code').click();
    await within(page, 'email-code').fill('1');
    await within(page, 'email-confirm').click();
    await within(page, 'email-fault').waitFor();
    await section(page).scrollIntoViewIfNeeded();
    await page.screenshot({ path: join(artifacts, `away-${look.width}-${look.theme}.png`), fullPage: true });
    expect(await violations(page)).toEqual([]);
    expect(await overflow(page)).toBeLessThanOrEqual(0);
    const targets = await section(page)
      .locator('button, input')
      .evaluateAll((elements) => elements.map((element) => element.getBoundingClientRect().height));
    expect(targets.length).toBe(7);
    expect(Math.min(...targets)).toBeGreaterThanOrEqual(44);
  });
});
