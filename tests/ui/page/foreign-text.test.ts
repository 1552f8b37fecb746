import type { Page } from 'playwright-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { holdToasts, live, rows, toasts } from '../support/browser.ts';
import type { FakeBff } from '../fakes/fake-bff.ts';
import { usePages } from '../support/use-pages.ts';

const [RLO, PDI] = ['\u202e', '\u2069'];
const pages = usePages();
let bff: FakeBff;
beforeEach(() => {
  bff = pages.bff;
});

/**
 * True if the letters of `text` are drawn from left to right. `undefined` if no element that matches `selector`
 * contains `text`.
 */
const isLeftToRight = (page: Page, selector: string, text: string) =>
  page.evaluate(
    ([css, target]) => {
      for (const element of document.querySelectorAll(css ?? '')) {
        const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
        for (let node = walker.nextNode(); node; node = walker.nextNode()) {
          const start = (node.textContent ?? '').indexOf(target ?? '');
          if (start < 0) continue;
          const lefts = Array.from({ length: (target ?? '').length }, (_, i) => {
            const range = document.createRange();
            range.setStart(node, start + i);
            range.setEnd(node, start + i + 1);
            return range.getBoundingClientRect().left;
          });
          return lefts.every((left, i) => i === 0 || left > (lefts[i - 1] ?? 0));
        }
      }
      return undefined;
    },
    [selector, text],
  );

/** Inserts our own text right after each of the publisher's texts in the rows, and makes hidden text visible. */
const insertOwnText = (page: Page) =>
  page.evaluate(() => {
    for (const bdi of document.querySelectorAll('[data-testid="notification"] bdi'))
      bdi.after(' ours (kept)');
    for (const hidden of document.querySelectorAll('.tocsin-visually-hidden'))
      hidden.classList.remove('tocsin-visually-hidden');
  });

describe('text with direction controls', () => {
  it.each([
    ['an unclosed override', `invoice${RLO}gpj.exe`],
    ['an override that first closes the isolate around it', `invoice${PDI}${RLO}gpj.exe`],
    ['an unclosed override in an unclosed isolate', `invoice\u2067${RLO}gpj.exe`],
  ])('should not reorder the text next to it: %s', async (_what, text) => {
    const page = await pages.open();
    await live(page);
    await holdToasts(page);
    bff.publish([
      { title: text, body: text, source: text, link: '/x', actions: [{ label: text, link: '/y' }] },
    ]);
    await rows(page).first().waitFor();
    await toasts(page).first().waitFor();
    expect(await toasts(page).first().locator('bdi, [dir="auto"]').count()).toBeGreaterThan(3);
    await insertOwnText(page);
    expect(await isLeftToRight(page, '[data-testid="notification"]', ' ours (kept)')).toBe(true);
    expect(await isLeftToRight(page, '[data-testid="toast"]', 'Dismiss ')).toBe(true);
    const label = await page.getByTestId('row-dismiss').first().getAttribute('aria-label');
    expect(label).toMatch(/^Done: \u2068invoice.*\u2069$/);
    await expect
      .poll(() => page.getByTestId('live-polite').textContent(), { timeout: 5_000 })
      .toMatch(/^Info: \u2068invoice/);
  });
});

describe('our own text on a mirrored page', () => {
  it('should keep letters and full stops in order, and be aligned like other text', async () => {
    bff.publish([{ title: 'Older', createdAt: new Date(Date.now() - 5 * 60_000).toISOString() }]);
    const page = await pages.open({ dir: 'rtl' });
    await live(page);
    await rows(page).first().waitFor();
    const time = await rows(page).locator('time').first().innerText();
    expect(time).toMatch(/^\d min ago$/);
    expect(await isLeftToRight(page, '[data-testid="notification"] time', time)).toBe(true);
    bff.publish([{ title: 'Deployed', source: 'shop', severity: 'error' }]);
    await toasts(page).first().waitFor();
    expect(await isLeftToRight(page, '[data-testid="list-end"]', 'No older notifications.')).toBe(true);
    const ends = await toasts(page)
      .first()
      .evaluate((toast) =>
        ['h3', '.tocsin-toast-source'].map((css) => {
          const text = document.createRange();
          text.selectNodeContents(toast.querySelector(css) ?? toast);
          return Math.round(text.getBoundingClientRect().right);
        }),
      );
    expect(ends[1], 'source and title end at the same edge').toBe(ends[0]);
  });
});

describe('a link with a token', () => {
  const token = (sub: string) => `x.${Buffer.from(JSON.stringify({ sub })).toString('base64url')}.x`;
  const openToken = (page: Page, sub: string) =>
    page.evaluate(
      (hash) => {
        location.hash = hash;
      },
      `token=${token(sub)}`,
    );
  const bearer = (page: Page) => page.evaluate(() => sessionStorage.getItem('tocsin.token'));

  it('should be cleared of its token immediately, and sign in someone else only if the reader agrees', async () => {
    const page = await pages.open({ search: `?feed=all#token=${token('ada')}` });
    await live(page);
    expect(page.url()).not.toContain('token');
    await openToken(page, `ben${RLO}`);
    const offer = page.getByTestId('sign-in-offer');
    await offer.getByText(/You stay signed in as .?ada/).waitFor();
    expect(page.url()).not.toContain('token');
    expect(await bearer(page)).toBe(token('ada'));
    await page.getByTestId('sign-in-stay').click();
    await offer.waitFor({ state: 'detached' });
    await page.reload();
    await live(page);
    expect([await bearer(page), await offer.count()]).toEqual([token('ada'), 0]);
    await openToken(page, 'ben');
    await page.getByTestId('sign-in-other').click();
    await expect.poll(() => bearer(page)).toBe(token('ben'));
    await live(page);
    await expect.poll(() => bff.handshakes.at(-1)?.['token']).toBe(token('ben'));
  });
});
