import type { Page } from 'playwright-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { live, rows } from '../support/browser.ts';
import type { FakeBff } from '../fakes/fake-bff.ts';
import { click, shownNotifications, startWorker } from './push-page.ts';
import { usePages } from '../support/use-pages.ts';

const pages = usePages({ notifications: true });
let bff: FakeBff;
let page: Page;
beforeEach(async () => {
  bff = pages.bff;
  page = await pages.open();
});

/** Returns a push in the format that a bff sends. */
const pushOf = (id: string, feed: string) => ({
  web_push: 8030,
  notification: {
    ...{
      title: 'Payment failed',
      lang: 'en',
      dir: 'auto',
      body: 'Card for order 7 declined',
      tag: 'order-7',
    },
    navigate: `${bff.url}/?${new URLSearchParams({ notification: id, feed })}`,
    data: { inbox: `${bff.url}/`, feed, id },
  },
});

describe('the service worker', () => {
  it('should be a small script scoped to the whole site', async () => {
    const response = await page.request.get(`${bff.url}/push-worker.js`);
    expect(response.headers()['content-type']).toMatch(/^text\/javascript/);
    expect((await response.body()).length).toBeLessThan(4_000);
    const { worker } = await startWorker(page, bff.url);
    const scope = await worker.evaluate(
      () => (self as unknown as { registration: ServiceWorkerRegistration }).registration.scope,
    );
    expect(scope).toBe(`${bff.url}/`);
  });

  it('should show a notification for every push, even if the push is unreadable', async () => {
    const { worker, deliver } = await startWorker(page, bff.url);
    const push = pushOf('n-1', 'user:ada');
    await deliver(JSON.stringify(push));
    await expect.poll(() => shownNotifications(worker)).toHaveLength(1);
    expect(await shownNotifications(worker)).toEqual([
      {
        ...{
          title: 'Payment failed',
          body: 'Card for order 7 declined',
          tag: 'order-7',
          icon: '/icons/icon-192.png',
        },
        data: { ...push.notification.data, navigate: push.notification.navigate },
      },
    ]);
    await deliver('{"web_push":8030,"notification":{}}');
    await deliver('not JSON');
    await expect
      .poll(async () => (await shownNotifications(worker)).map(({ title }) => title).sort())
      .toEqual(['New notifications', 'New notifications', 'Payment failed']);
  });

  it('should open the page at the clicked notification, where it is marked as read', async () => {
    const [id = ''] = bff.publish([{ title: 'Payment failed' }], { feed: 'user:ada' });
    bff.publish([{ title: 'Later' }], { feed: 'user:ada' });
    await page.goto(`${bff.url}/ops`);
    const { worker, deliver } = await startWorker(page, bff.url);
    const { navigate } = pushOf(id, 'user:ada').notification;
    await deliver(JSON.stringify(pushOf(id, 'user:ada')));
    await expect.poll(() => shownNotifications(worker)).toHaveLength(1);
    expect(await click(worker)).toEqual([`open ${navigate}`]);
    await expect.poll(() => shownNotifications(worker)).toEqual([]);
    expect(bff.reads.size).toBe(0);
    await page.goto(navigate);
    await page.getByTestId('linked').getByText('Payment failed').waitFor();
    await expect.poll(() => bff.reads.get('user:ada')).toEqual({ offset: 0, ids: [id] });
    await live(page);
    await expect.poll(() => page.title(), { message: 'only the later one is unread' }).toBe('(1) Tocsin');
  });

  it('should reuse the reader’s open page without changing the feeds', async () => {
    const [id = ''] = bff.publish([{ title: 'Payment failed' }], { feed: 'user:ada' });
    bff.publish([{ title: 'Everybody' }]);
    await page.goto(`${bff.url}/ops`);
    const { worker, deliver } = await startWorker(page, bff.url);
    await page.goto(bff.url);
    await live(page);
    await page.evaluate(() => sessionStorage.setItem('test', 'kept'));
    await deliver(JSON.stringify(pushOf(id, 'user:ada')));
    await expect.poll(() => shownNotifications(worker)).toHaveLength(1);
    expect(await click(worker)).toEqual(['focus']);
    await page.getByTestId('linked').getByText('Payment failed').waitFor();
    await expect.poll(() => bff.reads.get('user:ada')).toEqual({ offset: 0, ids: [id] });
    await expect.poll(() => rows(page).count()).toBe(2);
    expect(await page.evaluate(() => sessionStorage.getItem('test'))).toBe('kept');
  });

  it('should bring the page to the front without navigating when a digest is clicked', async () => {
    const { worker, deliver } = await startWorker(page, bff.url);
    const push = pushOf('n-1', 'user:ada');
    await deliver(
      JSON.stringify({ ...push, notification: { ...push.notification, navigate: `${bff.url}/` } }),
    );
    await expect.poll(() => shownNotifications(worker)).toHaveLength(1);
    await page.evaluate(() => Object.assign(window, { isKept: true }));
    expect(await click(worker)).toEqual(['focus']);
    expect(await page.evaluate(() => 'isKept' in window)).toBe(true);
  });
});
