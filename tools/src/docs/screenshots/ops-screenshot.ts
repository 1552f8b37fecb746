import { DOCUMENT_VERSION, SNAPSHOT_EVERY_MS, type SetAside } from '@tocsin/contracts';
import type { memoryBackend } from '@tocsin/bff';
import type { Browser } from 'playwright-core';
import { auditRecords } from './audit-records.ts';
import { opsFigures, opsHistory } from './ops-figures.ts';

/** The number of samples that fills a chart. */
const SAMPLES = 90;

const SET_ASIDE: Pick<SetAside, 'entry' | 'feed' | 'reason' | 'faults' | 'content'>[] = [
  {
    entry: 'entry:Ab3dE9xQ:topic%3Aorders:118',
    feed: 'topic:orders',
    reason: 'expired',
    faults: ['it expired before it was claimed'],
    content: '{}',
  },
  {
    entry: 'event:0f9d2c51-6b1c-4a54-8c5e-7c22a1f0d9aa',
    feed: '',
    reason: 'invalid',
    faults: ['title: is missing', 'colour: is not a known member'],
    content: '{"text":"Parcel 4711 was shipped","colour":"red"}',
  },
];
const COMPOSED = {
  ...{
    title: 'Maintenance tonight',
    body: 'The shop is read-only from 23:00 to 23:20.',
    source: 'operations',
  },
  ...{ link: '/status', collapseKey: 'maintenance' },
};

export interface OpsScreenshotOptions {
  url: string;
  backend: ReturnType<typeof memoryBackend>;
  theme: 'light' | 'dark';
  width: number;
  file: string;
}

/** Takes a full-page screenshot of the ops page with sample metrics, using the bff at `url`. */
export async function takeOpsScreenshot(browser: Browser, options: OpsScreenshotOptions): Promise<void> {
  const { url, backend, theme, width, file } = options;
  const at = new Date().toISOString();
  for (const record of SET_ASIDE) await backend.setAside.add({ v: DOCUMENT_VERSION, at, ...record });
  for (const { stream, record } of auditRecords()) await backend.auditSink.append(stream, record);
  const page = await browser.newPage({
    viewport: { width, height: 900 },
    colorScheme: theme,
    locale: 'en-GB',
  });
  let read = 0;
  await page.route('**/app/ops/instances', (route) => route.fulfill({ json: opsFigures(read++) }));
  await page.route('**/app/ops/history', (route) => route.fulfill({ json: { at, instances: opsHistory() } }));
  await page.clock.install();
  await page.goto(`${url}/ops`);
  for (let n = 1; n < SAMPLES; n++) {
    const response = page.waitForResponse('**/app/ops/instances');
    await page.clock.runFor(SNAPSHOT_EVERY_MS);
    await (await response).finished();
  }
  for (const [name, value] of Object.entries(COMPOSED)) await page.locator(`[name="${name}"]`).fill(value);
  await page.locator('[name="severity"]').selectOption('warning');
  await page.getByTestId('add-action').click();
  await page.locator('[name="actions.0.label"]').fill('What changes');
  await page.locator('[name="actions.0.link"]').fill('/status/tonight');
  await page.evaluate(() => {
    (document.activeElement as HTMLElement | null)?.blur();
    scrollTo(0, 0);
  });
  await page.getByTestId('set-aside-record').nth(1).waitFor();
  await page.screenshot({ path: file, fullPage: true });
  await page.close();
}
