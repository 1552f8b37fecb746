import { launchBrowser } from '@tocsin/tools';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { builtPage, removeBuiltPage } from './built-page.ts';
import { open, type OpenOptions, type OpenPage } from './browser.ts';
import { FakeBff } from './fake-bff.ts';

export interface Pages {
  /** Another one for each test. */
  readonly bff: FakeBff;
  /** Opens the page in a fresh profile, which is closed after the test. */
  open: (options?: OpenOptions) => Promise<Page>;
}

/** For all tests of a file: a browser, for each of them a bff, and no fault of any page when it ends. */
export function usePages(): Pages {
  let browser: Browser;
  let bff: FakeBff;
  const opened: OpenPage[] = [];
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser.close();
    await removeBuiltPage();
  });
  beforeEach(async () => {
    bff = new FakeBff(await builtPage());
    await bff.start();
  });
  afterEach(async () => {
    const faults = opened.flatMap((page) => page.faults);
    for (const { context } of opened.splice(0)) await context.close();
    await bff.stop();
    expect(faults, 'no exception and no breach of the content security policy').toEqual([]);
  });
  return {
    get bff() {
      return bff;
    },
    open: async (options) => {
      const page = await open(browser, bff, options);
      opened.push(page);
      return page.page;
    },
  };
}
