import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { NotificationInput } from '@tocsin/contracts';
import type { Browser } from 'playwright-core';
import { launchBrowser } from '../../browser/launch.ts';
import { ROOT } from '../../paths.ts';
import { ensureUi } from '../../setup/product/ui.ts';
import { startMemoryBff } from '../memory-bff.ts';
import { takeOpsScreenshot } from './ops-screenshot.ts';

const IMAGES = join(ROOT, 'docs', 'images');
const SIZES = { 1440: 900, 360: 740 } as const;

/**
 * Sample notifications: a morning at a small company. `HISTORY` is in the feed from the start, and notifications in
 * `LIVE` arrive as toasts.
 */
const HISTORY: NotificationInput[] = [
  {
    severity: 'info',
    title: 'Nightly backup finished in 8 minutes',
    body: '126 GB, verified by reading it back.',
    source: 'operations',
  },
  { severity: 'warning', title: 'Disk on db-2 is 85% full', source: 'alerts', link: '/alerts/db-2' },
  {
    severity: 'info',
    title: 'Order 10402 from Café Luna',
    body: '6 items, €874.06. Ships today.',
    source: 'shop',
    link: '/orders/10402',
  },
  {
    severity: 'success',
    title: 'mail 2.2.8 is live',
    body: 'All checks passed, no restarts.',
    source: 'deployments',
    actions: [{ label: 'Release notes', link: '/releases/mail-2.2.8' }],
  },
  { severity: 'info', title: 'Parcel for Brightwater was shipped', source: 'shipping' },
  {
    severity: 'error',
    title: 'Payment for order 10398 was declined',
    body: 'The card was declined. The order is waiting for another payment method.',
    source: 'billing',
    actions: [{ label: 'Contact customer', link: '/customers/5' }],
  },
];
const LIVE: NotificationInput[] = [
  {
    severity: 'success',
    title: 'Payment of €111.37 received',
    body: 'Fjord Foods paid the invoice for order 10387.',
    source: 'billing',
  },
  {
    severity: 'info',
    title: 'Order 10403 from Brightwater',
    body: '2 items, €61.90.',
    source: 'shop',
    link: '/orders/10403',
  },
  {
    severity: 'warning',
    title: 'checkout is responding slowly',
    body: 'p99 has been at 1.4 s for five minutes.',
    source: 'alerts',
    actions: [{ label: 'Open dashboard', link: '/dashboards/checkout' }],
  },
];

/**
 * `npm run screenshots`: takes the screenshots in docs/images, which show the page, the inbox and the ops page in light
 * and dark mode, wide and narrow.
 */
export async function screenshots(): Promise<number> {
  await ensureUi((line) => process.stdout.write(`${line}\n`));
  mkdirSync(IMAGES, { recursive: true });
  const browser = await launchBrowser();
  try {
    for (const theme of ['light', 'dark'] as const) {
      for (const width of [1440, 360] as const) {
        const name = (subject: string) => `${subject}-${theme}-${width}.png`;
        const file = (subject: string) => join(IMAGES, name(subject));
        await takePageScreenshots(browser, { theme, width, file });
        await takeOpsPageScreenshot(browser, { theme, width, file });
        process.stdout.write(`Wrote docs/images/${name('page')}, ${name('inbox')}, ${name('ops')}\n`);
      }
    }
  } finally {
    await browser.close();
  }
  return 0;
}

interface Screenshot {
  theme: 'light' | 'dark';
  width: keyof typeof SIZES;
  file: (subject: string) => string;
}

async function takePageScreenshots(browser: Browser, { theme, width, file }: Screenshot): Promise<void> {
  const bff = await startMemoryBff();
  const { publish } = bff;
  try {
    await publish(HISTORY);
    const page = await browser.newPage({
      viewport: { width, height: SIZES[width] },
      colorScheme: theme,
      locale: 'en-GB',
    });
    await page.goto(bff.url);
    await page.locator('[data-testid="connection"][data-state="live"]').waitFor();
    for (const notification of width === 360 ? LIVE.slice(-1) : LIVE) {
      await publish([notification]);
      await delay(400);
    }
    await page.getByTestId('page-settings-button').waitFor();
    await page.waitForFunction(() =>
      [...document.querySelectorAll<HTMLLinkElement>('link[rel=stylesheet]')].every(({ sheet }) => sheet),
    );
    await delay(600);
    await page.screenshot({ path: file('page') });
    const dismissAll = page.getByTestId('dismiss-all');
    await (width === 360 ? page.getByTestId('toast-dismiss') : dismissAll).click();
    await page.getByTestId('bell').click();
    await page.getByTestId('inbox').waitFor();
    await delay(600);
    await page.screenshot({ path: file('inbox') });
    await page.close();
  } finally {
    await bff.stop();
  }
}

async function takeOpsPageScreenshot(browser: Browser, { theme, width, file }: Screenshot): Promise<void> {
  const { url, backend, stop } = await startMemoryBff();
  try {
    await takeOpsScreenshot(browser, { theme, width, file: file('ops'), backend, url });
  } finally {
    await stop();
  }
}
