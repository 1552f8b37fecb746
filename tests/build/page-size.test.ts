import { filesWithSchemas, pageSizes, ensureUi } from '@tocsin/tools';
import { beforeAll, expect, it } from 'vitest';

const PAGE_KILOBYTES = 85;
/** Includes Vue, socket.io-client and the bell's styles, but not the inbox and the toasts, which load later. */
const ELEMENTS_KILOBYTES = 70;

beforeAll(() => ensureUi(() => undefined), 120_000);

it('the page should work after a browser has loaded at most 85 kB', () => {
  expect(pageSizes().page / 1_000).toBeLessThanOrEqual(PAGE_KILOBYTES);
});

it('the custom elements should show the bell after a browser has loaded at most 70 kB', () => {
  const { elements } = pageSizes();
  expect(elements).toBeGreaterThan(50_000);
  expect(elements / 1_000).toBeLessThanOrEqual(ELEMENTS_KILOBYTES);
});

it('no script for the browser should contain a schema library', () => {
  expect(filesWithSchemas()).toEqual([]);
});
