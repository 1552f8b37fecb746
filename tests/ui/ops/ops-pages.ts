import { SNAPSHOT_EVERY_MS } from '@tocsin/contracts';
import { launchBrowser } from '@tocsin/tools';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { open, type OpenOptions, type OpenPage } from '../support/browser.ts';
import { builtPage } from '../support/built-page.ts';
import { FakeBff } from '../fakes/fake-bff.ts';
import type { FakeOps } from '../fakes/fake-ops.ts';

/**
 * Opens `/ops` for the calling file's tests, and fails a test if the browser reports an exception or a violation of the
 * content security policy.
 */
export function opsPages() {
  let browser: Browser;
  let bff: FakeBff;
  let opened: OpenPage | undefined;
  let expected: RegExp | undefined;

  beforeAll(async () => {
    [browser, bff] = [await launchBrowser(), new FakeBff(await builtPage())];
    await bff.start();
  });
  afterAll(async () => {
    await browser.close();
    await bff.stop();
  });
  afterEach(async () => {
    const faults = (opened?.faults ?? []).filter((fault) => !expected?.test(fault));
    await opened?.context.close();
    [opened, expected] = [undefined, undefined];
    expect(faults, 'no exceptions and no content security policy violations').toEqual([]);
  });

  return {
    /** `errors`: errors that the browser is allowed to report. */
    async open(ops: FakeOps, before?: OpenOptions['before'], errors?: RegExp): Promise<Page> {
      expected = errors;
      opened = await open(browser, bff, { search: 'favicon.svg', ...(before && { before }) });
      const { page } = opened;
      await ops.serve(page);
      await page.goto(`${bff.url}/ops`);
      return page;
    },
  };
}

export const instances = (page: Page) => page.getByTestId('instance');
export const recordRows = (page: Page) => page.getByTestId('set-aside-record');
export const field = (page: Page, path: string) => page.locator(`[name="${path}"]`);

/** Advances the page's clock until `times` more snapshots have arrived. */
export async function watch(ops: FakeOps, page: Page, times: number): Promise<void> {
  for (let n = 0; n < times; n++) {
    const before = ops.reads;
    await page.clock.runFor(SNAPSHOT_EVERY_MS);
    await expect.poll(() => ops.reads).toBeGreaterThan(before);
  }
}
