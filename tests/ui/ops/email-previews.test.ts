import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { beforeEach, expect, it } from 'vitest';
import { loadTemplates } from '../../../bff/src/away/templates/index.ts';
import { FakeOps } from '../fakes/fake-ops.ts';
import { artifacts, overflow, violations } from '../support/axe.ts';
import { field, opsPages } from './ops-pages.ts';

const pages = opsPages();
let ops: FakeOps;
beforeEach(() => {
  ops = new FakeOps();
  ops.templates = loadTemplates();
});

async function show(page: Page, language: string, kind: string): Promise<void> {
  await field(page, 'preview-language').selectOption(language);
  await field(page, 'preview-kind').selectOption(kind);
  await page.getByTestId('preview-submit').click();
}
const mail = (page: Page) => page.frameLocator('[data-testid="email-html"]');

it('should show the subject, HTML and text in the chosen language', async () => {
  const page = await pages.open(ops);
  await show(page, 'de', 'digest');
  await page.getByTestId('email-subject').getByText('5 ungelesene Benachrichtigungen').waitFor();
  const heading = mail(page).getByRole('heading', { name: 'Sie haben 5 ungelesene Benachrichtigungen' });
  await heading.waitFor();
  expect(await page.getByTestId('email-text').innerText()).toContain('Posteingang öffnen: https://');
  expect(await page.getByTestId('email-templates').innerText()).toBe('All templates are built in.');
  // The page's content security policy blocks the e-mail's inline styles, so a script on the page applies them.
  await expect.poll(() => heading.evaluate((element) => getComputedStyle(element).fontSize)).toBe('20px');
  const button = mail(page).getByRole('link', { name: 'Posteingang öffnen' });
  expect(await button.evaluate((element) => getComputedStyle(element).textDecorationLine)).toBe('none');
  await page.getByTestId('email-previews').screenshot({ path: join(artifacts, 'ops-email-preview.png') });
  await page.setViewportSize({ width: 360, height: 780 });
  expect(await overflow(page)).toBeLessThanOrEqual(0);
  expect(await violations(page)).toEqual([]);
  await show(page, 'en', 'code');
  await mail(page).getByText('Your code: 04281937').waitFor();
});

it('should show the deployment’s templates without running scripts in them', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'templates-'));
  try {
    const script =
      '<script>parent.document.title = "hit"</script><img src="/x" onerror="parent.document.title = 1">';
    writeFileSync(join(folder, 'html.liquid'), `<h1>Acme: {{ heading }}</h1>${script}`);
    ops.templates = loadTemplates({ folder });
    const blocked: string[] = [];
    const page = await pages.open(ops, undefined, /^Blocked script execution/);
    page.on('console', (message) => blocked.push(message.text()));
    await show(page, 'en', 'single');
    await mail(page).getByRole('heading', { name: 'Acme: You have an unread notification' }).waitFor();
    expect(await page.getByTestId('email-templates').innerText()).toContain('html.liquid');
    await expect.poll(() => blocked.join(' ')).toContain('Blocked script execution');
    expect(await page.title()).toBe('Tocsin operations');
  } finally {
    rmSync(folder, { recursive: true });
  }
});

it('should explain that a deployment without channels sends no e-mails', async () => {
  ops.templates = undefined;
  const page = await pages.open(ops);
  await page.getByTestId('preview-submit').click();
  await page.getByTestId('preview-failed').getByText('sends no e-mails').waitFor();
});
