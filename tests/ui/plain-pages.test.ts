import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { looks, overflow, violations } from './axe.ts';
import { usePages } from './use-pages.ts';

const artifacts = join(import.meta.dirname, '../../.artifacts/ui');
const pages = usePages();

it.each(looks)(
  'should say where to go from a page that does not exist, at $width px, $theme',
  async (look) => {
    await mkdir(artifacts, { recursive: true });
    const page = await pages.open(look);
    for (const [name, path, heading] of [
      ['missing', '/orders/10400', 'Page not found'],
      ['demo', '/demo?order=10400', 'Order 10400'],
      ['demo-nonsense', '/demo?order=Your+account+is+locked', 'Demo page'],
    ] as const) {
      await page.goto(pages.bff.url + path);
      await page.getByRole('heading', { name: heading, exact: true }).waitFor();
      await page.screenshot({ path: join(artifacts, `${name}-${look.width}-${look.theme}.png`) });
      expect(await violations(page), name).toEqual([]);
      expect(await overflow(page), name).toBeLessThanOrEqual(0);
    }
    await page.getByRole('link', { name: /notifications/ }).click();
    await page.getByTestId('bell').waitFor();
  },
);

it('should be in the reader’s language', async () => {
  const page = await pages.open({ locale: 'de-DE' });
  await page.goto(`${pages.bff.url}/orders/10400`);
  await page.getByRole('heading', { name: 'Seite nicht gefunden', exact: true }).waitFor();
  expect(await page.title()).toBe('Seite nicht gefunden – Tocsin');
  expect(await violations(page)).toEqual([]);
  await page.goto(`${pages.bff.url}/demo?order=10400`);
  await page.getByRole('heading', { name: 'Bestellung 10400', exact: true }).waitFor();
  await page.getByRole('link', { name: 'Zurück zu Ihren Benachrichtigungen' }).click();
  await page.getByRole('heading', { name: 'Benachrichtigungen', exact: true }).waitFor();
});
