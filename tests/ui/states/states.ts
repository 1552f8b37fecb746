import type { Browser, Page } from 'playwright-core';
import { live, open, toasts, type OpenOptions, type OpenPage } from '../support/browser.ts';
import { FakeBff, type Draft } from '../fakes/fake-bff.ts';

const MINUTE = 60_000;

/** Notifications of a normal day in a small company. */
const draft = (minutesAgo: number, content: Draft): Draft => ({
  createdAt: new Date(Date.now() - minutesAgo * MINUTE).toISOString(),
  ...content,
});
const day = (): Draft[] => [
  draft(1560, {
    title: 'Nightly backup finished',
    severity: 'success',
    source: 'Backups',
    body: '412 GB in 38 min.',
  }),
  draft(1500, {
    title: 'Certificate of shop.example expires in 14 days',
    severity: 'warning',
    source: 'Certificates',
    link: '/certificates/shop',
  }),
  draft(190, {
    title: 'Order 4711 was paid',
    severity: 'success',
    source: 'Payments',
    body: 'EUR 1,249.00 by card, 3 items for Nørrebro Cykler.',
    link: 'https://example.org/orders/4711',
  }),
  draft(64, {
    title: 'Deployment of checkout 2.14.0 failed',
    severity: 'error',
    source: 'Deployments',
    body: 'Health check on 2 of 6 instances did not answer within 30 s. The previous version keeps serving.',
    actions: [
      { label: 'Show log', link: '/deployments/991' },
      { label: 'Roll back', link: '/deployments/991/rollback' },
    ],
  }),
  draft(12, {
    title: 'New sign-in from Lisbon',
    source: 'Accounts',
    body: `Firefox on Windows.\n${'Long. '.repeat(80)}`,
  }),
  draft(3, { title: 'Disk of db-2 is 85 % full', severity: 'warning', source: 'Monitoring' }),
];
const arriving = (): Draft[] => [
  {
    title: 'Order 4712 was placed',
    source: 'Orders',
    body: '2 items for Studio Lund.',
    link: '/orders/4712',
  },
  {
    title: 'Payment of order 4712 received',
    severity: 'success',
    source: 'Payments',
    actions: [{ label: 'Open order', link: '/orders/4712' }],
  },
  {
    title: 'Deployment of search 1.9.2 failed',
    severity: 'error',
    source: 'Deployments',
    body: 'The image could not be pulled.',
    actions: [{ label: 'Show log', link: '/deployments/992' }],
  },
];
const burst = (count: number): Draft[] =>
  Array.from({ length: count }, (_, n) => ({
    title: `Order ${5000 + n} was placed`,
    source: 'Orders',
    severity: (['info', 'success', 'warning', 'error'] as const)[n % 4] ?? 'info',
  }));

export interface StateContext extends OpenPage {
  bff: FakeBff;
}

interface State {
  prepare?: (bff: FakeBff) => void;
  reach: (context: StateContext) => Promise<unknown>;
}

/** Every state of the page, and how to reach it. */
export const STATES: Record<string, State> = {
  loading: {
    prepare: (bff) => {
      bff.restDelay = 60_000;
    },
    reach: ({ page }) => page.getByTestId('loading').waitFor(),
  },
  empty: { reach: ({ page }) => page.getByTestId('empty').waitFor() },
  unreachable: {
    prepare: (bff) => {
      bff.restFails = true;
      bff.refuse = { code: 'unavailable', message: 'later', temporary: true };
    },
    reach: ({ page }) => page.getByTestId('unreachable').waitFor(),
  },
  list: {
    prepare: (bff) => bff.publish([...burst(50).map((order) => draft(2900, order)), ...day()]),
    reach: ({ page }) => live(page),
  },
  'older-not-shown': {
    prepare: (bff) => bff.publish(burst(60).map((order) => draft(2900, order))),
    reach: async ({ page }) => {
      await live(page);
      await page.getByTestId('list-end').scrollIntoViewIfNeeded();
    },
  },
  toasts: {
    prepare: (bff) => bff.publish(day()),
    reach: async ({ page, bff }) => {
      await live(page);
      for (const notification of arriving()) bff.publish([notification]);
      await page.locator('[data-testid="unread"]', { hasText: '3' }).waitFor();
      await toasts(page).first().waitFor();
    },
  },
  burst: {
    prepare: (bff) => bff.publish(day()),
    reach: async ({ page, bff }) => {
      await live(page);
      bff.publish(burst(500));
      await page.getByTestId('toasts-more').waitFor();
    },
  },
  reconnecting: {
    prepare: (bff) => bff.publish(day()),
    reach: async ({ page, bff }) => {
      await live(page);
      await bff.stop();
      await page.locator('[data-state="reconnecting"]').waitFor();
    },
  },
  offline: {
    prepare: (bff) => bff.publish(day()),
    reach: async ({ page, bff, context }) => {
      await live(page);
      await context.setOffline(true);
      await bff.stop();
      await page.locator('[data-state="offline"]').waitFor();
    },
  },
  'while-away': {
    prepare: (bff) => bff.publish(day()),
    reach: async ({ page, bff }) => {
      await live(page);
      await page.goto('about:blank');
      bff.publish(burst(12).map((order, n) => ({ ...order, severity: n === 5 ? 'error' : 'info' })));
      await page.goto(bff.url);
      await toasts(page).nth(1).waitFor();
    },
  },
  inbox: {
    prepare: (bff) => bff.publish(day()),
    reach: async ({ page, bff }) => {
      await live(page);
      bff.publish(arriving());
      await page.getByTestId('unread').waitFor();
      await page.getByTestId('dismiss-all').click();
      await page.getByTestId('bell').click();
      await page.getByTestId('inbox').getByTestId('mark-read').nth(2).waitFor();
    },
  },
  'inbox-menu': {
    prepare: (bff) => bff.publish(day()),
    reach: async ({ page }) => {
      await live(page);
      await page.getByTestId('bell').click();
      await page.getByTestId('inbox').getByTestId('row-menu').nth(1).press('Enter');
      await page.getByTestId('snooze-pick').click();
    },
  },
  'inbox-archive': {
    prepare: (bff) => bff.publish(day()),
    reach: async ({ page }) => {
      await live(page);
      await page.getByTestId('bell').click();
      const inbox = page.getByTestId('inbox');
      await inbox.getByTestId('row-dismiss').first().press('Enter');
      await inbox.getByTestId('row-dismiss').first().press('Enter');
      await inbox.getByTestId('undo').waitFor();
      await inbox.getByTestId('tab-archive').click();
      await inbox.getByTestId('inbox-filter').click();
      await inbox.getByTestId('row-restore').nth(1).waitFor();
    },
  },
  details: {
    prepare: (bff) => bff.publish(day()),
    reach: async ({ page }) => {
      await live(page);
      await page.getByTestId('tab-all').press('?');
      await page.getByTestId('shortcut-help').waitFor();
      await page.locator('.tocsin-row-body').nth(2).click();
    },
  },
  'inbox-settings': {
    prepare: (bff) => bff.publish(day()),
    reach: async ({ page }) => {
      await live(page);
      await page.getByTestId('bell').click();
      await page.getByTestId('inbox-settings-button').click();
      await page.getByTestId('quiet-on').check();
      await page.getByTestId('quiet-zone').waitFor();
    },
  },
  'inbox-nothing-found': {
    prepare: (bff) => bff.publish(day()),
    reach: async ({ page }) => {
      await live(page);
      await page.getByTestId('bell').click();
      await page.getByTestId('inbox').getByTestId('inbox-search').fill('nobody says this');
      await page.getByTestId('inbox').getByTestId('inbox-none').waitFor();
    },
  },
  gap: {
    prepare: (bff) => bff.publish(day()),
    reach: async ({ page, bff }) => {
      await live(page);
      await bff.stop();
      bff.lose();
      bff.publish(burst(2), { push: false });
      await bff.start();
      await page.locator('.tocsin-gap').waitFor();
    },
  },
};

/** Toasts pause while the page is hidden; it stays visible to the test. */
const holdToasts = (page: Page) =>
  page.evaluate(() => {
    Object.defineProperty(document, 'hidden', { configurable: true, get: () => true });
    document.dispatchEvent(new Event('visibilitychange'));
  });

/** Brings a new page into a state, passes it to `look` when it is idle, and cleans up. */
export async function inState(
  browser: Browser,
  dist: string,
  name: string,
  options: OpenOptions,
  look: (context: StateContext) => Promise<void>,
): Promise<void> {
  const state = STATES[name];
  if (!state) throw new Error(`No state ${name}.`);
  const bff = new FakeBff(dist);
  state.prepare?.(bff);
  await bff.start();
  const opened = await open(browser, bff, options);
  try {
    await state.reach({ ...opened, bff });
    await holdToasts(opened.page);
    await opened.page.waitForTimeout(400);
    await look({ ...opened, bff });
  } finally {
    await opened.context.close();
    await bff.stop();
  }
}
