import { chromium, type Browser } from 'playwright-core';
import { sayNothing } from '../setup/say.ts';
import { ensureChromium } from '../setup/browsers/chromium.ts';

/**
 * Starts a headless Chromium.
 * @throws Failure that explains how to install Chromium if it isn't installed
 */
export const launchBrowser = async (): Promise<Browser> =>
  chromium.launch({
    executablePath: await ensureChromium(sayNothing),
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
