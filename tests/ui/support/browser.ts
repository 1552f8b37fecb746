import type { Browser, BrowserContext, Page } from 'playwright-core';
import type { FakeBff } from '../fakes/fake-bff.ts';

export interface OpenOptions {
  width?: number;
  height?: number;
  theme?: 'light' | 'dark';
  reducedMotion?: boolean;
  search?: string;
  locale?: string;
  /** A touch screen without a mouse. */
  touch?: boolean;
  /** The page's text direction. */
  dir?: 'rtl';
  /** Runs before the page's own scripts. */
  before?: (context: BrowserContext) => Promise<void>;
}

export interface OpenPage {
  page: Page;
  context: BrowserContext;
  /** Errors that the browser reported: exceptions and violations of the content security policy. */
  faults: string[];
}

/** Returns a time zone where it's 2 p.m., so that a notification from an hour ago is always from the same day. */
function inTheAfternoon(): string {
  const offset = 14 - new Date().getUTCHours();
  return `Etc/GMT${offset > 0 ? '-' : '+'}${Math.abs(offset)}`;
}

/** Returns the focused element's test id, or the tag name if there's no test id. */
export const focusedId = (page: Page) =>
  page.evaluate(() => document.activeElement?.getAttribute('data-testid') ?? document.activeElement?.tagName);

/** Opens the page in a fresh profile. */
export async function open(browser: Browser, bff: FakeBff, options: OpenOptions = {}): Promise<OpenPage> {
  const {
    width = 1440,
    height = 900,
    theme = 'light',
    reducedMotion = false,
    search = '',
    locale = 'en-GB',
    touch = false,
  } = options;
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: theme,
    reducedMotion: reducedMotion ? 'reduce' : 'no-preference',
    locale,
    ...(touch && { hasTouch: true, isMobile: true }),
    timezoneId: inTheAfternoon(),
  });
  if (options.dir) {
    await context.addInitScript((dir) => {
      // Wait for the root element, which doesn't exist yet.
      new MutationObserver((_changes, observer) => {
        document.documentElement.dir = dir;
        observer.disconnect();
      }).observe(document, { childList: true });
    }, options.dir);
  }
  await options.before?.(context);
  const page = await context.newPage();
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(String(error)));
  page.on('console', (message) => {
    const text = message.text();
    if (message.type() === 'error' && !/Failed to load resource|WebSocket connection/.test(text))
      faults.push(text);
  });
  await page.goto(`${bff.url}/${search}`);
  return { page, context, faults };
}

/** Waits until the page is connected. */
export const live = (page: Page) => page.locator('[data-testid="connection"][data-state="live"]').waitFor();
export const toasts = (page: Page) => page.locator('[data-testid="toast"]');
export const rows = (page: Page) => page.locator('[data-testid="notification"]');

export const setHidden = (page: Page, hidden: boolean) =>
  page.evaluate((value) => {
    Object.defineProperty(document, 'hidden', { configurable: true, get: () => value });
    document.dispatchEvent(new Event('visibilitychange'));
  }, hidden);

/**
 * Keeps toasts on the screen no matter how slow the machine is: telling the page that it's hidden stops the toast
 * timers. The page stays visible to the test.
 */
export const holdToasts = (page: Page) => setHidden(page, true);
