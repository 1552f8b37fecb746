import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { launchBrowser } from '@tocsin/tools';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ContactBook } from '../../../bff/src/away/contacts/contacts.ts';
import { linksFor } from '../../../bff/src/away/links.ts';
import { serveBff, type ServedBff } from '../../../bff/testing/served-bff.ts';
import { overflow, violations } from '../support/axe.ts';

const folder = mkdtempSync(join(tmpdir(), 'tocsin-unsubscribe-'));
let browser: Browser;
let bff: ServedBff;
beforeAll(async () => {
  const file = join(folder, 'away.json');
  writeFileSync(file, JSON.stringify({ publicUrl: 'https://x.example', email: { from: 'a@x.example' } }));
  [browser, bff] = await Promise.all([launchBrowser(), serveBff({ AWAY_FILE: file })]);
});
afterAll(async () => {
  await browser.close();
  await bff.stop();
  rmSync(folder, { recursive: true });
});

it.each([
  { language: 'en', button: 'Unsubscribe', done: 'You will no longer receive e-mail notifications.' },
  { language: 'de', button: 'Abbestellen', done: 'Sie erhalten keine Benachrichtigungen per E-Mail mehr.' },
] as const)(
  'should stop e-mails when a reader opens the link and presses the button: $language',
  async (texts) => {
    const reader = `user:${texts.language}`;
    const contacts = new ContactBook(bff.backend.readers, Date.now);
    await contacts.setEmail(reader, 'ada@example.org', texts.language);
    const page = await browser.newPage();
    try {
      await page.setViewportSize({ width: 360, height: 640 });
      await page.goto(linksFor(bff.url, bff.backend.linkProofs)(reader, 'email').unsubscribe);
      expect(await violations(page)).toEqual([]);
      expect(await overflow(page)).toBeLessThanOrEqual(0);
      expect(await contacts.find(reader)).toHaveProperty('email');
      await page.getByRole('button', { name: texts.button }).click();
      await page.getByText(texts.done).waitFor();
      expect(await contacts.find(reader)).not.toHaveProperty('email');
    } finally {
      await page.close();
    }
  },
);
