import { launchBrowser } from '@tocsin/tools';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { live, rows, toasts } from '../support/browser.ts';
import { builtPage } from '../support/built-page.ts';
import { buildClientPage, type ClientPageWindow } from './client-page.ts';
import { FakeBff } from '../fakes/fake-bff.ts';

const TABS = 5;
const WITHIN_20_S = { timeout: 20_000 };

let browser: Browser;
let bff: FakeBff;
let context: BrowserContext;
/** The tabs that have opened a WebSocket. */
const connected = new Set<Page>();

beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser.close();
});
beforeEach(async () => {
  context = await browser.newContext();
});
afterEach(async () => {
  await context.close();
  await bff.stop();
  connected.clear();
});

async function openTabs(dist: string): Promise<Page[]> {
  bff = new FakeBff(dist);
  await bff.start();
  // Publish before anything reads a feed: the first feed gets epoch `1-fake`, with which the client page subscribes.
  bff.publish([{ title: 'First' }]);
  const pages: Page[] = [];
  for (let n = 0; n < TABS; n++) {
    const page = await context.newPage();
    page.on('websocket', () => connected.add(page));
    await page.goto(bff.url);
    pages.push(page);
  }
  return pages;
}

describe('five tabs with the packed client', () => {
  const read = <T>(page: Page, member: keyof ClientPageWindow) =>
    page.evaluate((name) => (window as unknown as ClientPageWindow)[name], member) as Promise<T>;
  const ids = (page: Page) => read<string[]>(page, 'ids');
  const countPresenting = async (pages: Page[]): Promise<number> => {
    const all = pages.map((page) =>
      page.evaluate(() => (window as unknown as ClientPageWindow).client.presenting),
    );
    return (await Promise.all(all)).filter(Boolean).length;
  };
  let page: Awaited<ReturnType<typeof buildClientPage>>;
  let pages: Page[];
  let published: string[];

  const publish = async (count: number): Promise<void> => {
    for (let n = 0; n < count; n++) {
      published.push(...bff.publish([{ title: 'Burst' }]));
      await new Promise((resolve) => setTimeout(resolve, 3));
    }
  };
  const leader = (): Page => {
    const leaders = pages.filter((tab) => connected.has(tab));
    const [leaderTab] = leaders;
    if (!leaderTab || leaders.length > 1) throw new Error(`${leaders.length} tabs have a connection.`);
    return leaderTab;
  };

  beforeAll(async () => {
    page = await buildClientPage();
  });
  afterAll(() => page.remove());
  beforeEach(async () => {
    pages = await openTabs(page.dist);
    published = ['n-1'];
    for (const tab of pages) await expect.poll(() => ids(tab), WITHIN_20_S).toEqual(published);
  });

  it('should not lose or duplicate notifications when the tab with the only socket is closed', async () => {
    expect(bff.connections).toBe(1);
    const closed = leader();
    await publish(100);
    await Promise.all([publish(100), closed.close()]);
    const others = pages.filter((tab) => tab !== closed);
    for (const tab of others) {
      await expect.poll(async () => (await ids(tab)).length, WITHIN_20_S).toBe(published.length);
      expect(await ids(tab)).toEqual(published);
      expect(await read(tab, 'statuses')).toEqual(['live']);
    }
    await expect.poll(() => bff.connections, WITHIN_20_S).toBe(1);
    await expect.poll(() => countPresenting(others), WITHIN_20_S).toBe(1);
  });

  it('should take over from a frozen tab, which catches up when it wakes', async () => {
    const frozen = leader();
    const others = pages.filter((tab) => tab !== frozen);
    const session = await context.newCDPSession(frozen);
    await publish(20);
    // A page paused in the debugger behaves like a frozen page.
    await session.send('Debugger.enable');
    await session.send('Debugger.pause');
    await publish(50);
    for (const tab of others) await expect.poll(() => ids(tab), WITHIN_20_S).toEqual(published);
    expect(connected.size, 'another tab has connected').toBe(2);
    await session.send('Debugger.resume');
    await session.send('Debugger.disable');
    await publish(10);
    for (const tab of pages) await expect.poll(() => ids(tab), WITHIN_20_S).toEqual(published);
    await expect.poll(() => bff.connections, WITHIN_20_S).toBe(1);
    await expect.poll(() => countPresenting(pages), WITHIN_20_S).toBe(1);
  });
});

describe('five tabs of the page', () => {
  let pages: Page[];
  const unread = (page: Page) => page.getByTestId('unread');
  const counts = () => Promise.all(pages.map((page) => unread(page).allTextContents()));
  beforeEach(async () => {
    pages = await openTabs(await builtPage());
    for (const page of pages) await live(page);
  });

  it('should list and count each notification in all tabs, and show the toast in a single tab', async () => {
    bff.publish([{ title: 'Once', severity: 'error' }]);
    for (const page of pages) await expect.poll(() => rows(page).count(), WITHIN_20_S).toBe(2);
    const shown = () => Promise.all(pages.map((page) => toasts(page).count()));
    await expect.poll(async () => (await shown()).reduce((sum, count) => sum + count), WITHIN_20_S).toBe(1);
    await expect.poll(counts, WITHIN_20_S).toEqual(pages.map(() => ['1']));
    expect(bff.connections).toBe(1);
  });

  it('should follow read marks and mutes from any tab, and from another device', async () => {
    const [first, , last] = pages;
    const titles = () => Promise.all(pages.map((page) => page.title()));
    const ids = bff.publish([{ title: 'One' }, { title: 'Two', severity: 'warning' }, { title: 'Three' }]);
    await expect.poll(titles, WITHIN_20_S).toEqual(pages.map(() => '(3) Tocsin'));
    bff.read('all', { ids: [ids[0] ?? ''] });
    await expect.poll(titles, WITHIN_20_S).toEqual(pages.map(() => '(2) Tocsin'));
    await last?.getByTestId('bell').click();
    await last?.getByTestId('inbox-settings-button').click();
    await last?.getByLabel('Warning', { exact: true }).check();
    await expect.poll(titles, WITHIN_20_S).toEqual(pages.map(() => '(1) Tocsin'));
    await expect
      .poll(counts, {
        ...WITHIN_20_S,
        message: 'the open inbox in one tab marks notifications as seen in all tabs',
      })
      .toEqual(pages.map(() => []));
    bff.mute({ feeds: [], severities: [] });
    await expect.poll(titles, WITHIN_20_S).toEqual(pages.map(() => '(2) Tocsin'));
    await first?.getByTestId('bell').click();
    await first?.getByTestId('mark-all-read').click();
    await expect.poll(titles, WITHIN_20_S).toEqual(pages.map(() => 'Tocsin'));
    expect(bff.connections).toBe(1);
  });
});
