import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { bffSettings, memoryBackend, startBff } from '@tocsin/bff';
import { entrySchema, notificationSchema, entryKey, type NotificationInput } from '@tocsin/contracts';
import { parseConfig } from '@tocsin/service';
import type { Browser } from 'playwright-core';
import { launchBrowser } from '../browser/launch.ts';
import { freePorts } from '../net/ports.ts';
import { ROOT } from '../paths.ts';
import { ensureUi } from '../setup/ui.ts';
import { takeOpsPicture } from './ops-picture.ts';

const IMAGES = join(ROOT, 'docs', 'images');
const SIZES = { 1440: 900, 360: 740 } as const;

/** A small company's morning: the older ones are history, the last three arrive as toasts. */
const HISTORY: NotificationInput[] = [
  {
    severity: 'info',
    title: 'Nightly backup finished in 8 minutes',
    body: '126 GB, checked by reading it back.',
    source: 'operations',
  },
  { severity: 'warning', title: 'Disk of db-2 is 85 % full', source: 'alerts', link: '/alerts/db-2' },
  {
    severity: 'info',
    title: 'Order 10402 from Café Luna',
    body: '6 items, € 874.06. To be packed today.',
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
  { severity: 'info', title: 'Parcel for Brightwater left the house', source: 'shipping' },
  {
    severity: 'error',
    title: 'Payment for order 10398 was declined',
    body: 'The card was refused. The order waits for another one.',
    source: 'billing',
    actions: [{ label: 'Contact customer', link: '/customers/5' }],
  },
];
const LIVE: NotificationInput[] = [
  {
    severity: 'success',
    title: 'Payment of € 111.37 received',
    body: 'Fjord Foods paid the invoice for order 10387.',
    source: 'billing',
  },
  {
    severity: 'info',
    title: 'Order 10403 from Brightwater',
    body: '2 items, € 61.90.',
    source: 'shop',
    link: '/orders/10403',
  },
  {
    severity: 'warning',
    title: 'checkout answers slowly',
    body: 'p99 is 1.4 s since five minutes.',
    source: 'alerts',
    actions: [{ label: 'Open dashboard', link: '/dashboards/checkout' }],
  },
];

/** `npm run screenshots`: the pictures of both pages in docs/images, light and dark, wide and narrow. */
export async function screenshots(): Promise<number> {
  await ensureUi((line) => process.stdout.write(`${line}\n`));
  mkdirSync(IMAGES, { recursive: true });
  const [port = 0, internal = 0] = await freePorts(2);
  const browser = await launchBrowser();
  try {
    for (const theme of ['light', 'dark'] as const) {
      for (const width of [1440, 360] as const) {
        const file = join(IMAGES, `page-${theme}-${width}.png`);
        await takePicture(browser, { theme, width, port, internal, file });
        const ops = join(IMAGES, `ops-${theme}-${width}.png`);
        await takePictureOfOps(browser, { theme, width, port, internal, file: ops });
        for (const name of ['page', 'ops'])
          process.stdout.write(`Written: docs/images/${name}-${theme}-${width}.png\n`);
      }
    }
  } finally {
    await browser.close();
  }
  return 0;
}

interface Picture {
  theme: 'light' | 'dark';
  width: keyof typeof SIZES;
  port: number;
  internal: number;
  file: string;
}

async function takePicture(browser: Browser, { theme, width, port, internal, file }: Picture): Promise<void> {
  const backend = memoryBackend();
  const settings = { PORT: String(port), INTERNAL_PORT: String(internal), LOG_LEVEL: 'error', DRAIN_MS: '0' };
  const bff = await startBff(parseConfig(bffSettings, settings), backend);
  const publish = publisher(backend);
  try {
    await publish(HISTORY);
    const page = await browser.newPage({
      viewport: { width, height: SIZES[width] },
      colorScheme: theme,
      locale: 'en-GB',
    });
    await page.goto(`http://localhost:${port}`);
    await page.locator('[data-testid="connection"][data-state="live"]').waitFor();
    for (const notification of width === 360 ? LIVE.slice(-1) : LIVE) {
      await publish([notification]);
      await delay(400);
    }
    await delay(600);
    await page.screenshot({ path: file });
    await page.close();
  } finally {
    await bff.stop();
  }
}

async function takePictureOfOps(browser: Browser, { port, internal, ...picture }: Picture): Promise<void> {
  const backend = memoryBackend();
  const settings = { PORT: String(port), INTERNAL_PORT: String(internal), LOG_LEVEL: 'error', DRAIN_MS: '0' };
  const bff = await startBff(parseConfig(bffSettings, settings), backend);
  try {
    await takeOpsPicture(browser, { ...picture, backend, url: `http://localhost:${port}` });
  } finally {
    await bff.stop();
  }
}

/** Puts notifications into the feed as a producer would, one entry for each call. */
function publisher(backend: ReturnType<typeof memoryBackend>) {
  let seq = 0;
  const run = 'pictures';
  const feed = 'all';
  return async (inputs: readonly NotificationInput[]): Promise<void> => {
    seq++;
    const createdAt = new Date().toISOString();
    const notifications = inputs.map((input, index) =>
      notificationSchema.parse({ ...input, id: `picture-${seq}-${index}`, feed, createdAt }),
    );
    const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
    const entry = entrySchema.parse({ v: 1, run, feed, seq, expiresAt, notifications });
    backend.entries.put(entryKey(entry), JSON.stringify(entry));
    await backend.announce({ v: 1, run, feed, seq, expiresAt });
  };
}
