import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { freePorts, launchBrowser, startMemoryBff, type MemoryBff } from '@tocsin/tools';
import type { Browser, Page } from 'playwright-core';
import { build, preview, type InlineConfig, type PreviewServer } from 'vite';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { installDependencies } from './installed-client.ts';

const ROOT = join(import.meta.dirname, '../../..');
const page = (body: string, head = '') => `<!doctype html><html lang="en"><head><meta charset="utf-8">
<title>App</title><link rel="icon" href="data:,">${head}</head><body>${body}</body></html>`;
const TAGS = (server: string) =>
  `<tocsin-bell server="${server}"></tocsin-bell><tocsin-toasts server="${server}"></tocsin-toasts>`;

/** The React and Svelte apps from docs/guides/embed-in-your-app.md: just the code that a developer would write. */
const REACT = (server: string) => `import '@tocsin/client-vue/elements';
import { createElement as h, useState } from 'react';
import { createRoot } from 'react-dom/client';
function App() {
  const [unread, setUnread] = useState(0);
  const props = { server: '${server}', 'ontocsin-unread': (event) => setUnread(event.detail.unread) };
  return h('main', null, h('p', { id: 'unread' }, unread), h('tocsin-bell', props), h('tocsin-toasts', props));
}
createRoot(document.getElementById('app')).render(h(App));`;
const SVELTE = (server: string) => `<script>
  import '@tocsin/client-vue/elements';
  let unread = $state(0);
</script>
<p id="unread">{unread}</p>
<tocsin-bell server="${server}" ontocsin-unread={(event) => (unread = event.detail.unread)}></tocsin-bell>
<tocsin-toasts server="${server}"></tocsin-toasts>`;
/** Global page styles that would break components without a shadow root. */
const HOSTILE_STYLES = `* { all: unset } h2, h3, button, p { font-size: 60px !important; color: red !important; display: none !important }
header { position: fixed; inset: 0 0 auto; height: 100px; z-index: 2147483647; background: black; display: block }`;
/** Global page styles with `!important` that also try to hide the custom elements themselves. */
const IMPORTANT_STYLES = `* { all: unset !important } body, body * { font: 60px serif !important; color: red !important }
head, head *, div, section, ol, ul, li, h2, h3, p, button, svg, tocsin-bell, tocsin-toasts { display: none !important }`;

let browser: Browser;
let root: string;
let app: PreviewServer;
let origin: string;
let bff: MemoryBff;
let tab: Page;
let faults: string[];

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'tocsin-elements-'));
  await installDependencies(root);
  for (const name of ['react', 'react-dom', 'scheduler', 'svelte'])
    await symlink(join(ROOT, 'node_modules', name), join(root, 'node_modules', name)).catch(() => undefined);
  const [appPort = 0] = await freePorts(1);
  origin = `http://localhost:${appPort}`;
  const packageFolder = join(root, 'node_modules', '@tocsin', 'client-vue');
  await writeFile(join(packageFolder, 'index.html'), page('the bff’s own page'));
  bff = await startMemoryBff({ ALLOWED_ORIGINS: origin, UI_DIST: packageFolder });
  const tags = TAGS(bff.url);
  const preflight = await readFile(join(ROOT, 'node_modules/tailwindcss/preflight.css'), 'utf8');
  const script = `<script type="module" src="${bff.url}/elements.js"></script>`;
  await mkdir(join(root, 'public'));
  // A page without a bundler. The custom elements find the bff through the script URL.
  await writeFile(
    join(root, 'public', 'plain.html'),
    page('<tocsin-bell></tocsin-bell><tocsin-toasts></tocsin-toasts>', script),
  );
  await writeFile(
    join(root, 'public', 'hostile.html'),
    page(
      `<header></header><div style="display: block; margin-top: 150px">${tags}</div>`,
      `<style>${HOSTILE_STYLES}</style>${script}`,
    ),
  );
  await writeFile(
    join(root, 'public', 'important.html'),
    page(`<main>${tags}</main>`, `<style>${IMPORTANT_STYLES}</style>${script}`),
  );
  await writeFile(
    join(root, 'public', 'tailwind.html'),
    page(`<h2 class="theirs">Theirs</h2>${tags}`, `<style>${preflight}</style>${script}`),
  );
  await writeFile(join(root, 'react.js'), REACT(bff.url));
  await writeFile(join(root, 'App.svelte'), SVELTE(bff.url));
  await writeFile(
    join(root, 'svelte.js'),
    `import { mount } from 'svelte';\nimport App from './App.svelte';\nmount(App, { target: document.body });`,
  );
  await writeFile(
    join(root, 'react.html'),
    page('<div id="app"></div><script type="module" src="./react.js"></script>'),
  );
  await writeFile(join(root, 'svelte.html'), page('<script type="module" src="./svelte.js"></script>'));
  const config: InlineConfig = { root, configFile: false, logLevel: 'error', plugins: [svelte()] };
  await build({
    ...config,
    build: { rolldownOptions: { input: ['react', 'svelte'].map((name) => join(root, `${name}.html`)) } },
  });
  [browser, app] = await Promise.all([
    launchBrowser(),
    preview({ ...config, preview: { port: appPort, strictPort: true, host: '0.0.0.0' } }),
  ]);
});
afterAll(async () => {
  await browser.close();
  await app.close();
  await bff.stop();
  await rm(root, { recursive: true, force: true });
});
beforeEach(async () => {
  tab = await browser.newPage();
  faults = [];
  tab.on('pageerror', (error) => faults.push(String(error)));
  await tab.addInitScript(() =>
    addEventListener('tocsin-connection', (event) => {
      document.documentElement.dataset['connection'] = (event as CustomEvent<{ state: string }>).detail.state;
    }),
  );
});
afterEach(() => tab.close());

const bell = () => tab.locator('tocsin-bell').getByTestId('bell');
const toast = () => tab.locator('tocsin-toasts').getByTestId('toast');
const live = () => tab.locator('html[data-connection=live]').waitFor({ state: 'attached' });

let titleCount = 0;
async function publish(): Promise<string> {
  const title = `Number ${++titleCount}`;
  await bff.publish([{ title, severity: 'error' }]);
  return title;
}

/** Checks that a new notification appears as a toast and in the inbox. */
async function expectWorking(): Promise<void> {
  await live();
  const title = await publish();
  await toast().getByRole('heading', { name: title }).waitFor();
  await bell().click();
  await tab.locator('tocsin-bell').getByTestId('inbox').getByRole('heading', { name: title }).waitFor();
  expect(faults).toEqual([]);
}

it.each(['plain.html', 'react.html', 'svelte.html', 'tailwind.html'])(
  'should show the bell, inbox and toasts in %s',
  async (name) => {
    await tab.goto(`${origin}/${name}`);
    await expectWorking();
  },
);

it('should take fewer than ten lines of code in an app', () => {
  const lines = [REACT, SVELTE, TAGS].map((code) => code('').split('\n').length);
  expect(Math.max(...lines)).toBeLessThan(10);
});

it.each(['react.html', 'svelte.html'])('should report the unread count to %s', async (name) => {
  await tab.goto(`${origin}/${name}`);
  await live();
  const before = Number(await tab.locator('#unread').textContent());
  await publish();
  await expect.poll(async () => Number(await tab.locator('#unread').textContent())).toBe(before + 1);
});

describe('a page with destructive styles', () => {
  it.each(['hostile', 'important'])(
    'should show readable toasts on top, and a bell that can be clicked: %s',
    async (name) => {
      await tab.goto(`${origin}/${name}.html`);
      await expectWorking();
      const title = toast().locator('.tocsin-toast-title').first();
      const style = await title.evaluate((element) => {
        const { fontSize, display, color } = getComputedStyle(element);
        const { left, top, width, height } = element.getBoundingClientRect();
        const topElement = document.elementFromPoint(left + width / 2, top + height / 2);
        return { fontSize, display, color, onTop: topElement?.tagName };
      });
      expect(style).toMatchObject({ onTop: 'TOCSIN-TOASTS' });
      expect(style.display).not.toBe('none');
      expect(parseFloat(style.fontSize)).toBeLessThan(24);
      expect(style.color).not.toBe('rgb(255, 0, 0)');
    },
  );

  it('should keep its own styles', async () => {
    await tab.goto(`${origin}/tailwind.html`);
    const styles = () =>
      tab
        .locator('.theirs')
        .evaluate((element) =>
          [...getComputedStyle(element)]
            .map((name) => `${name}: ${getComputedStyle(element).getPropertyValue(name)}`)
            .join('\n'),
        );
    const before = await styles();
    await expectWorking();
    expect(await styles()).toBe(before);
  });
});

it('should move the toasts into the page’s modal dialog and back', async () => {
  await tab.goto(`${origin}/plain.html`);
  await live();
  await tab.evaluate(() => {
    const dialog = document.createElement('dialog');
    dialog.textContent = 'Theirs';
    document.body.append(dialog);
    dialog.showModal();
  });
  const title = await publish();
  await tab.locator('dialog tocsin-toasts').getByRole('heading', { name: title }).waitFor();
  await tab.keyboard.press('Escape');
  await expect
    .poll(() => tab.locator('dialog[open]').count(), { message: 'Escape closes the dialog' })
    .toBe(0);
  await tab.locator('body > tocsin-toasts').getByRole('heading', { name: title }).waitFor();
});

it('should use the system theme unless the element sets a theme', async () => {
  await tab.emulateMedia({ colorScheme: 'dark' });
  await tab.goto(`${origin}/plain.html`);
  const color = () =>
    tab
      .locator('tocsin-bell')
      .evaluate((element) => getComputedStyle(element).getPropertyValue('--tocsin-surface').trim());
  await expect.poll(color).toBe('#1c1a18');
  await tab.locator('tocsin-bell').evaluate((element) => element.setAttribute('theme', 'light'));
  await expect.poll(color).toBe('#fff');
});

it('should follow the language of the closest ancestor, and use strings that the page provides', async () => {
  await tab.goto(`${origin}/plain.html`);
  const label = () => bell().getAttribute('aria-label');
  await expect.poll(label).toMatch(/^Notifications, /);
  await tab.evaluate(() => (document.documentElement.lang = 'de'));
  await expect.poll(label).toMatch(/^Benachrichtigungen, /);
  const language = () => bell().evaluate((element) => element.closest('[lang]')?.getAttribute('lang'));
  expect(await language()).toBe('de');
  await tab.locator('tocsin-bell').evaluate((element) => element.setAttribute('lang', 'fr'));
  await expect.poll(label).toMatch(/^Notifications, /);
  expect(await language(), 'the texts are English').toBe('en');
  await tab.locator('tocsin-bell').evaluate((element) => {
    const unread = (count: string) => `${count} non lues`;
    Object.assign(element, { messages: { bell: { noneUnread: 'Rien de neuf', unread } } });
  });
  await expect.poll(label).toMatch(/^(?:Rien de neuf|\d+\+? non lues)$/);
  expect(await language()).toBe('fr');
});

it('should disconnect and remove all toasts when the elements are removed', async () => {
  const closed = tab
    .waitForEvent('websocket')
    .then((socket) => new Promise((resolve) => socket.on('close', resolve)));
  await tab.goto(`${origin}/plain.html`);
  await live();
  const stack = tab.locator('tocsin-toasts .tocsin-toasts-stack');
  await expect.poll(() => stack.evaluate((element) => element.childElementCount)).toBeGreaterThan(0);
  const rendered = await stack.elementHandle();
  await tab.evaluate(() =>
    document.querySelectorAll('tocsin-bell, tocsin-toasts').forEach((element) => element.remove()),
  );
  await closed;
  await expect.poll(() => rendered?.evaluate((element) => element.childElementCount)).toBe(0);
});

it('should be importable in Node, for example for server-side rendering', async () => {
  const packageFolder = join(root, 'node_modules', '@tocsin', 'client-vue');
  const resolve = createRequire(join(root, 'main.js'));
  expect(resolve.resolve('@tocsin/client-vue')).toBe(join(packageFolder, 'components.js'));
  const components = (await import(pathToFileURL(join(packageFolder, 'components.js')).href)) as Record<
    string,
    unknown
  >;
  expect(Object.keys(components)).toContain('NotificationBell');
  const elements = (await import(pathToFileURL(join(packageFolder, 'elements.js')).href)) as Record<
    string,
    unknown
  >;
  expect(Object.keys(elements)).toContain('defineTocsinElements');
});
