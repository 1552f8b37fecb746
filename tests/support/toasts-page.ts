import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { launchBrowser } from '@tocsin/tools';
import { live, toasts } from '../ui/support/browser.ts';

/**
 * Opens the page at `url` in a new Chromium, waits until it's live and shows two toasts, and saves a screenshot to the
 * file `screenshot`. Returns any errors thrown by the page's scripts.
 */
export async function errorsUntilToasts(url: string, screenshot: string): Promise<string[]> {
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    const faults: string[] = [];
    page.on('pageerror', (error) => faults.push(String(error)));
    await page.goto(url);
    await live(page);
    await toasts(page).nth(1).waitFor();
    mkdirSync(dirname(screenshot), { recursive: true });
    await page.screenshot({ path: screenshot });
    return faults;
  } finally {
    await browser.close();
  }
}
