import { filesWithSchemas, pageSizes, ensureUi } from '@tocsin/tools';
import { beforeAll, expect, it } from 'vitest';

const PAGE_KILOBYTES = 85;
/** With Vue, socket.io-client and the style, without the inbox and the renderer of toasts, which load afterwards. */
const ELEMENTS_KILOBYTES = 82;

beforeAll(() => ensureUi(() => undefined), 120_000);

it('should let a browser load at most 85 kB before the page works', () => {
  expect(pageSizes().page / 1_000).toBeLessThanOrEqual(PAGE_KILOBYTES);
});

it('should keep the custom elements small', () => {
  const { elements } = pageSizes();
  expect(elements).toBeGreaterThan(50_000);
  expect(elements / 1_000).toBeLessThanOrEqual(ELEMENTS_KILOBYTES);
});

it('should bring no schema library to the browser', () => {
  expect(filesWithSchemas()).toEqual([]);
});
