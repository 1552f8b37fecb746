import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT } from '@tocsin/tools';
import type { Page } from 'playwright-core';

const APP = `
<script setup>
import { NotificationBell, NotificationToasts, useNotifications } from '@tocsin/client-vue';
useNotifications({ url: window.bffUrl, getToken: () => window.fetchToken() });
</script>
<template><main><NotificationBell /></main><NotificationToasts /></template>
`;
const MAIN = `import { createApp } from 'vue';\nimport App from './Plain.vue';\ncreateApp(App).mount('#app');`;

const STYLES: Readonly<Record<string, () => Promise<string>>> = {
  plain: () => Promise.resolve(''),
  hostile: () =>
    Promise.resolve(`* { all: unset } style, script, head { display: none }
      body { font: 40px serif; color: red; text-transform: uppercase; letter-spacing: 1em; text-align: right }
      main h2, h3, button, p, li, span { font-size: 60px; color: red; text-decoration: line-through; z-index: 99999 }
      svg { display: block; width: 400px } input { width: 900px; border: 9px dotted red }`),
  tailwind: () => readFile(join(ROOT, 'node_modules/tailwindcss/preflight.css'), 'utf8'),
};

/** Properties that depend on which notifications have arrived, and when. */
const UNSTABLE_PROPERTIES =
  /^(?:max-|contain-intrinsic|block-size|inline-size|height|width|perspective-origin|transform|transform-origin|animation|transition|opacity|inset|top|bottom|left|right)/;

/** Writes pages with the same app and different style sheets into `root`. Returns their paths, for the bundler. */
export async function writeIsolationPages(root: string): Promise<string[]> {
  await mkdir(join(root, 'public'));
  await writeFile(join(root, 'Plain.vue'), APP);
  await writeFile(join(root, 'plain.js'), MAIN);
  for (const [name, style] of Object.entries(STYLES)) {
    await writeFile(join(root, 'public', `${name}.css`), await style());
    await writeFile(
      join(root, `${name}.html`),
      `<!doctype html><html lang="en"><meta charset="utf-8"><title>App</title><link rel="icon" href="data:,">
<link rel="stylesheet" href="/${name}.css"><div id="app"></div><script type="module" src="./plain.js"></script></html>`,
    );
  }
  return Object.keys(STYLES).map((name) => join(root, `${name}.html`));
}

/**
 * Returns the computed styles in a page's components, keyed by the parent's class and the element's name and class. If
 * several elements share a key, contains only the first element's styles.
 */
export const stylesIn = (page: Page): Promise<Record<string, string[]>> =>
  page.evaluate((unstable) => {
    const skip = new RegExp(unstable);
    const result: Record<string, string[]> = {};
    for (const element of document.querySelectorAll('.tocsin, .tocsin *')) {
      const ownClass = typeof element.className === 'string' ? element.className : 'svg';
      const parentClass = element.parentElement?.className;
      const style = getComputedStyle(element);
      result[`${typeof parentClass === 'string' ? parentClass : ''} > ${element.localName}.${ownClass}`] ??= [
        ...style,
      ]
        .filter((property) => !skip.test(property) && !property.startsWith('--'))
        .map((property) => `${property}: ${style.getPropertyValue(property)}`);
    }
    return result;
  }, UNSTABLE_PROPERTIES.source);
