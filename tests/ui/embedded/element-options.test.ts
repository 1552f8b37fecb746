import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ensureUi, launchBrowser, ROOT } from '@tocsin/tools';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { FakeBff } from '../fakes/fake-bff.ts';

const ORDERS = 'topic:orders';
const STYLE = `tocsin-bell, tocsin-toasts { --tocsin-accent: rgb(1, 2, 3); --tocsin-font: monospace }
tocsin-bell::part(bell) { outline: 1px solid rgb(1, 0, 0) } tocsin-bell::part(count) { outline: 1px solid rgb(2, 0, 0) }
tocsin-bell::part(panel) { outline: 1px solid rgb(3, 0, 0) } tocsin-toasts::part(toast) { outline: 1px solid rgb(4, 0, 0) }`;
const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==',
  'base64',
);

let browser: Browser;
let bff: FakeBff;
let page: Page;

beforeAll(async () => {
  await ensureUi(() => undefined);
  browser = await launchBrowser();
});
afterAll(() => browser.close());
beforeEach(async () => {
  bff = new FakeBff(join(ROOT, 'ui', 'dist'));
  await bff.start();
  page = await browser.newPage();
});
afterEach(async () => {
  await page.close();
  await bff.stop();
});

const bell = () => page.locator('tocsin-bell').getByTestId('bell');
const toast = () => page.locator('tocsin-toasts').getByTestId('toast');
const tokenOf = (sub: string, more = {}) => `e30.${btoa(JSON.stringify({ sub, ...more }))}.x`;
const outline = (element: ReturnType<typeof bell>) =>
  element.evaluate((node) => getComputedStyle(node).outlineColor);

/** Opens an app's page with the custom elements, and waits until they are live. */
async function openShop(attributes = '', script = ''): Promise<void> {
  const tag = (name: string) => `<${name} ${attributes}></${name}>`;
  await page.route('**/shop', (route) =>
    route.fulfill({
      contentType: 'text/html',
      body: `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Shop</title><style>${STYLE}</style>
<link rel="icon" href="data:,"><script>const states = [];
addEventListener('tocsin-connection', ({ detail }) => states.push(detail.state + ': ' + detail.text));</script></head>
<body><button id="theirs">Theirs</button>${tag('tocsin-bell')}${tag('tocsin-toasts')}<script>${script}</script>
<script type="module" src="/elements.js"></script></body></html>`,
    }),
  );
  await page.goto(`${bff.url}/shop`);
  await expect.poll(() => page.evaluate('states.at(-1)')).toMatch(/^live: /);
}

it('the custom elements should report the connection state to the page', async () => {
  await openShop();
  await bff.stop();
  await expect.poll(() => page.evaluate('states.at(-1)')).toMatch(/^reconnecting: \w/);
  await bff.start();
  await expect.poll(() => page.evaluate('states.at(-1)')).toMatch(/^live: /);
});

it('the custom elements should inherit the page’s colors and font', async () => {
  await openShop();
  bff.publish([{ title: 'New', severity: 'error' }]);
  await toast().waitFor();
  expect(await outline(toast())).toBe('rgb(4, 0, 0)');
  expect(await outline(bell())).toBe('rgb(1, 0, 0)');
  expect(await outline(page.locator('tocsin-bell [part=count]'))).toBe('rgb(2, 0, 0)');
  await bell().click();
  const panel = page.locator('tocsin-bell [part=panel]');
  expect(await outline(panel)).toBe('rgb(3, 0, 0)');
  const dot = panel.locator('.tocsin-row-dot').first();
  expect(await dot.evaluate((node) => getComputedStyle(node).backgroundColor)).toBe('rgb(1, 2, 3)');
  expect(await panel.evaluate((node) => getComputedStyle(node).fontFamily)).toBe('monospace');
});

it.each([
  ['hotkey="F9"', 'F9', 'F8'],
  ['hotkey=""', undefined, 'F8'],
])('the custom elements should let the page set the toasts’ hotkey: %s', async (attribute, key, other) => {
  await openShop(attribute);
  bff.publish([{ title: 'New', severity: 'error' }]);
  await toast().waitFor();
  const focused = () => page.evaluate(() => document.activeElement?.localName);
  await page.locator('#theirs').focus();
  await page.keyboard.press(other);
  expect(await focused()).toBe('button');
  if (key === undefined) return;
  await page.keyboard.press(key);
  await expect.poll(focused).toBe('tocsin-toasts');
  await page.keyboard.press(key);
  await expect.poll(focused).toBe('button');
});

it('the custom elements should show the page’s feed names, and images only from allowed origins', async () => {
  await page.route(/^https:\/\/(?:cdn|other)\.example\.com\//, (route) =>
    route.fulfill({ contentType: 'image/png', body: PIXEL }),
  );
  const requestedHosts: string[] = [];
  page.on('request', (request) => requestedHosts.push(new URL(request.url()).host));
  await openShop(
    `feeds="all ${ORDERS}" icon-origins="https://cdn.example.com"`,
    `document.querySelector('tocsin-bell').feedLabels = { '${ORDERS}': 'Bestellungen' };`,
  );
  bff.publish(
    [
      { title: 'Foreign', icon: 'https://other.example.com/a.png' },
      { title: 'Allowed', icon: 'https://cdn.example.com/a.png' },
    ],
    { feed: ORDERS },
  );
  await bell().click();
  const rows = page.locator('tocsin-bell').getByTestId('notification');
  await rows.nth(1).waitFor();
  expect(await rows.first().locator('.tocsin-row-part').allTextContents()).toEqual(['Bestellungen']);
  const widths = () =>
    rows.evaluateAll((all) => all.map((row) => row.querySelector('img')?.naturalWidth ?? 'none'));
  await expect.poll(widths).toEqual([1, 'none']);
  expect(requestedHosts).not.toContain('other.example.com');
});

it('the custom elements should start over when the token belongs to another reader or is removed', async () => {
  const setTokens = (token: string | undefined) =>
    page.evaluate((value) => {
      for (const element of document.querySelectorAll('tocsin-bell, tocsin-toasts')) {
        if (value === undefined) element.removeAttribute('token');
        else element.setAttribute('token', value);
      }
    }, token);
  const tokens = () => bff.handshakes.map(({ token }) => token);
  const [ada, renewed, bob] = [tokenOf('ada'), tokenOf('ada', { exp: 2 }), tokenOf('bob')];
  await openShop(`token="${ada}"`);
  bff.publish([{ title: 'For Ada', severity: 'error' }]);
  await toast().waitFor();
  expect(tokens()).toEqual([ada]);
  // Bob's actions must not wait for his preferences, nor be sent as Ada's.
  await page.route('**/app/preferences*', () => undefined);
  await setTokens(renewed);
  await setTokens(bob);
  await expect.poll(tokens).toEqual([ada, bob]);
  await expect.poll(() => toast().count()).toBe(0);
  await bell().click();
  const archiving = page.waitForRequest('**/app/notifications/archive');
  await page.locator('tocsin-bell').getByTestId('row-dismiss').first().click();
  expect((await archiving).headers()['authorization']).toBe(`Bearer ${bob}`);
  await setTokens(undefined);
  await expect.poll(tokens).toEqual([ada, bob, undefined]);
});

it('the custom elements should use the newest token after the element that opened the connection is removed', async () => {
  await openShop(`token="${tokenOf('ada')}"`);
  const renewed = tokenOf('ada', { exp: 2 });
  await page.evaluate((token) => {
    document.querySelector('tocsin-bell')?.remove();
    document.querySelector('tocsin-toasts')?.setAttribute('token', token);
  }, renewed);
  await bff.stop();
  await bff.start();
  await expect.poll(() => bff.handshakes.at(-1)?.token).toBe(renewed);
});

it('the custom elements should have only attributes, events and parts that the guide describes', async () => {
  await openShop();
  const attributes = await page.evaluate(() =>
    ['tocsin-bell', 'tocsin-toasts'].flatMap((name) => {
      const { def } = customElements.get(name) as unknown as { def: { props: object } };
      return Object.keys(def.props);
    }),
  );
  expect(attributes).toContain('hotkey');
  const guide = await readFile(join(ROOT, 'docs/guides/embed-in-your-app.md'), 'utf8');
  const hyphenated = (name: string) => name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  const missing = [
    ...attributes,
    'tocsin-unread',
    'tocsin-connection',
    'bell',
    'count',
    'panel',
    'toast',
  ].filter((name) => !guide.includes(`\`${name}\``) && !guide.includes(`\`${hyphenated(name)}\``));
  expect(missing).toEqual([]);
});
