import { chromium, type Browser } from 'playwright-core';
import { sayNothing } from '../setup/say.ts';
import { ensureChromium } from '../setup/browsers/chromium.ts';
import { findHeadlessShell } from '../setup/browsers/headless-shell.ts';

/**
 * Starts Chromium without a window. Uses its headless shell if that is installed. Set `notifications` for pages that
 * show desktop notifications, since the headless shell can't show them.
 * @throws Failure that explains how to install Chromium if it isn't installed
 */
export const launchBrowser = async ({ notifications = false } = {}): Promise<Browser> =>
  chromium.launch({
    executablePath: (!notifications && findHeadlessShell()) || (await ensureChromium(sayNothing)),
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
