import type { Page } from 'playwright-core';
import { beforeEach } from 'vitest';
import { live, type OpenOptions } from '../support/browser.ts';
import type { Draft, FakeBff } from '../fakes/fake-bff.ts';
import { usePages } from '../support/use-pages.ts';

/** Records what polling could miss: the peak toast count, live messages, and focused elements. */
const watch = () => {
  const seen = { maxToasts: 0, polite: [] as string[], assertive: [] as string[], focused: [] as string[] };
  Object.assign(window, { seen });
  document.addEventListener('focusin', ({ target }) =>
    seen.focused.push((target as Element).outerHTML.slice(0, 80)),
  );
  new MutationObserver((changes) => {
    const toasts = [...document.querySelectorAll('[data-testid="toast"]')];
    seen.maxToasts = Math.max(
      seen.maxToasts,
      toasts.filter((toast) => !toast.closest('.tocsin-toast-leave')).length,
    );
    for (const { addedNodes, target } of changes) {
      const region = (target as Element).closest?.('[aria-live]')?.getAttribute('aria-live');
      if (region !== 'polite' && region !== 'assertive') continue;
      for (const node of addedNodes) if (node.textContent) seen[region].push(node.textContent);
    }
  }).observe(document, { childList: true, subtree: true });
};
interface Seen {
  maxToasts: number;
  polite: string[];
  assertive: string[];
  focused: string[];
}

/** Returns the records of `watch`. */
export const readRecords = (page: Page) => page.evaluate(() => (window as unknown as { seen: Seen }).seen);

/** Toasts on the screen that aren't being removed. */
export const visibleToasts = (page: Page) =>
  page.locator('.Vue-Toastification__toast:not(.tocsin-toast-leave) [data-testid="toast"]');
export const titles = (page: Page) => visibleToasts(page).locator('h3').allTextContents();

export const drafts = (count: number, severity: Draft['severity'] = 'info') =>
  Array.from({ length: count }, (_, n): Draft => ({ title: `Toast ${n}`, severity }));

/**
 * Jumps 10 s ahead and stops the page's clock, which otherwise follows real time. After that, only `advance` moves it.
 */
export const stopClock = async (page: Page) =>
  page.clock.pauseAt((await page.evaluate(() => Date.now())) + 10_000);

export const advance = async (page: Page, ms: number) => {
  await page.clock.runFor(ms);
  await page.waitForTimeout(50);
};

/** Opens live pages with a clock that tests can stop and advance. Also provides the bff. */
export function useToastPages(): { bff: () => FakeBff; open: (options?: OpenOptions) => Promise<Page> } {
  const pages = usePages();
  let bff: FakeBff;
  beforeEach(() => {
    bff = pages.bff;
  });
  return {
    bff: () => bff,
    open: async (options = {}) => {
      const page = await pages.open({
        ...options,
        before: async (context) => {
          await options.before?.(context);
          await context.clock.install();
          await context.addInitScript(watch);
        },
      });
      await live(page);
      return page;
    },
  };
}
