import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { artifacts, checkLooks, looks, overflow, violations } from '../support/axe.ts';
import { usePages } from '../support/use-pages.ts';

const pages = usePages();

it.each(looks)('should link each plain page to the notifications, at $width px, $theme', async (look) => {
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
});

it('should show the “not found” page and the demo page in the reader’s language', async () => {
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

it('should show the notification named in the address, or report that it no longer exists', async () => {
  const page = await pages.open();
  const notification = {
    ...{ id: 'order-1', feed: 'all', title: 'Order 1 was paid', severity: 'success', actions: [] },
    createdAt: new Date().toISOString(),
  };
  let response: { status?: number; json: object } = { status: 404, json: { code: 'not_found' } };
  const requests: string[] = [];
  await page.route('**/app/notification?*', (route) => {
    requests.push(new URL(route.request().url()).search);
    return route.fulfill(response);
  });
  const linked = page.getByTestId('linked');
  const show = (publication: object) => {
    response = { json: { feed: 'all', epoch: 'e', publication: { offset: 3, ...publication } } };
    return page.goto(`${pages.bff.url}/?notification=order-1&feed=all`);
  };
  await page.goto(`${pages.bff.url}/?notification=order-1&feed=all`);
  await linked.getByText("doesn't exist or is no longer stored").waitFor();
  expect(requests).toEqual(['?id=order-1&feed=all']);
  await show({ notification: null, id: 'order-1', gone: 'retracted' });
  await linked.getByText('was retracted').waitFor();
  await show({ notification });
  await linked.getByText('Order 1 was paid').waitFor();
  const focused = () => page.evaluate(() => document.activeElement?.textContent);
  await expect.poll(focused).toBe('Linked notification');
  await checkLooks(page, 'linked');
  await page.getByTestId('linked-close').click();
  await expect.poll(() => new URL(page.url()).search).toBe('?feed=all');
  await expect.poll(focused).toBe('Notifications');
});

it('should have a manifest, and mark the tab’s icon while there are unread notifications', async () => {
  // Open before publishing: on a first visit, notifications already in `all` don't count as unread.
  const page = await pages.openLive();
  const icon = page.locator('link[rel=icon]');
  expect(await icon.getAttribute('href')).toBe('/favicon.svg');
  pages.bff.publish([{ title: 'New' }]);
  await expect.poll(() => icon.getAttribute('href')).toBe('/favicon-unread.svg');
  const manifest = await page.evaluate(async () => {
    const link = document.querySelector<HTMLLinkElement>('link[rel=manifest]');
    return (await fetch(link?.href ?? '')).json() as Promise<{ name: string }>;
  });
  expect(manifest.name).toBe('Tocsin notifications');
});
