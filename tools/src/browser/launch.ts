import { chromium, type Browser } from 'playwright-core';
import { sayNothing } from '../setup/say.ts';
import { ensureChromium } from '../setup/chromium.ts';

/** A headless Chromium on this machine. @throws Failure with the remedy if there is none. */
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
