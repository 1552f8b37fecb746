import { launchBrowser } from '@tocsin/tools';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { builtPage } from './built-page.ts';
import { live, open, type OpenOptions, type OpenPage } from './browser.ts';
import { FakeBff } from '../fakes/fake-bff.ts';

export interface Pages {
  /** A new bff for each test. */
  readonly bff: FakeBff;
  /** Opens the page in a new browser profile, which is closed after the test. */
  open: (options?: OpenOptions) => Promise<Page>;
  /** Like `open`, but waits until the page is connected. */
  openLive: (options?: OpenOptions) => Promise<Page>;
}

/**
 * Starts a browser for all tests in a file and a bff for each test, and fails a test if a page reports an error. With
 * `notifications`, the browser can show desktop notifications.
 */
export function usePages(browserOptions: { notifications?: boolean } = {}): Pages {
  let browser: Browser;
  let bff: FakeBff;
  const opened: OpenPage[] = [];
  beforeAll(async () => {
    browser = await launchBrowser(browserOptions);
  });
  afterAll(async () => {
    await browser.close();
  });
  beforeEach(async () => {
    bff = new FakeBff(await builtPage());
    await bff.start();
  });
  afterEach(async () => {
    const faults = opened.flatMap((page) => page.faults);
    for (const { context } of opened.splice(0)) await context.close();
    await bff.stop();
    expect(faults, 'no exceptions and no content security policy violations').toEqual([]);
  });
  const openPage = async (options?: OpenOptions): Promise<Page> => {
    const page = await open(browser, bff, options);
    opened.push(page);
    return page.page;
  };
  return {
    get bff() {
      return bff;
    },
    open: openPage,
    openLive: async (options) => {
      const page = await openPage(options);
      await live(page);
      return page;
    },
  };
}
