import type { ListedSetAside } from '@tocsin/contracts';
import type { Page } from 'playwright-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { violations } from '../support/axe.ts';
import { FakeOps } from '../fakes/fake-ops.ts';
import { field, instances, opsPages, recordRows, watch } from './ops-pages.ts';

const pages = opsPages();
let ops: FakeOps;
beforeEach(() => {
  ops = new FakeOps();
});

/** Opens the ops page with a clock that the test controls. `change` modifies the page's HTML. */
const openOps = (change?: (html: string) => string) =>
  pages.open(ops, async (context) => {
    await context.clock.install();
    if (!change) return;
    await context.route('**/ops', async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, body: change(await response.text()) });
    });
  });

describe('the verdict', () => {
  const verdict = (page: Page) => page.getByTestId('verdict');
  const faults = (page: Page) => page.getByTestId('verdict-fault');

  it('should be healthy, or list each problem’s start and runbook section', async () => {
    ops.setAside = [];
    ops.links = { runbook: 'https://wiki.example/ops', grafana: 'https://grafana.example/d/1' };
    const page = await openOps();
    await verdict(page).getByText('Healthy').waitFor();
    await verdict(page).getByText('2 instances running, no problems.').waitFor();
    expect(await page.getByTestId('grafana').getAttribute('href')).toBe('https://grafana.example/d/1');
    ops.change = { redis: { used: 350 * 2 ** 20, limit: 384 * 2 ** 20 } };
    ops.failing = [{ dependency: 'sidecar', since: '2026-01-05T08:58:00Z' }];
    await page.clock.runFor(6_000);
    await verdict(page).getByText('2 problems').waitFor();
    const texts = await faults(page).allInnerTexts();
    expect(texts[0]).toMatch(/The sidecar of bff-1:4001 isn't responding\..*Since .*\(2 min/s);
    expect(texts[1]).toContain('Redis is nearly full: 350 MB of 384 MB (91%).');
    expect(await faults(page).nth(1).getByRole('link').getAttribute('href')).toBe(
      'https://wiki.example/ops#tocsinredisnearfull',
    );
  });

  it('should report a vanished instance, which stays listed after a reload', async () => {
    ops.setAside = [];
    const page = await openOps();
    await instances(page).nth(1).waitFor();
    ops.killed = ['bff-2:4001'];
    await watch(ops, page, 8);
    const missing = page.getByTestId('missing-instance');
    await missing.getByText('Vanished at').waitFor();
    await faults(page).getByText('Instance bff-2:4001 vanished.').waitFor();
    await page.reload();
    await missing.getByText('Vanished at').waitFor();
    expect(await page.getByTestId('runbook').count()).toBe(0);
    ops.past = ops.past.map((instance) => ({ ...instance, stoppedAt: instance.at }));
    await page.reload();
    await missing.getByText('Stopped at').waitFor();
    await verdict(page).getByText('Healthy').waitFor();
  });
});

describe('the charts', () => {
  it('should show the values at a time chosen by pointer or keyboard, and the past hour after a reload', async () => {
    const page = await openOps();
    await watch(ops, page, 4);
    const figure = page.getByTestId('figure').first();
    const value = figure.getByTestId('value---tocsin-info');
    const time = figure.getByTestId('value-time');
    const chart = figure.getByRole('slider');
    expect(await time.innerText()).toBe('now');
    await chart.focus();
    const newest = await chart.getAttribute('aria-valuetext');
    await page.keyboard.press('Home');
    const oldest = await chart.getAttribute('aria-valuetext');
    expect(oldest).toMatch(/^\d.*: delivered [\d.]+, accepted [\d.]+, suppressed [\d.]+$/);
    expect(oldest).not.toBe(newest);
    expect(oldest).toContain(`${await time.innerText()}: delivered ${await value.innerText()},`);
    await page.getByTestId('range-hour').click();
    expect(await time.innerText()).toBe('now');
    await page.reload();
    await instances(page).nth(1).waitFor();
    await page.getByTestId('range-hour').click();
    // The chart moves while the content above it loads.
    await expect
      .poll(async () => {
        await chart.hover();
        return time.innerText();
      })
      .not.toBe('now');
    expect(await value.innerText()).toMatch(/^\d/);
    await page.mouse.move(0, 0);
    await expect.poll(() => time.innerText()).toBe('now');
  });
});

describe('set-aside records', () => {
  it('should be put back in batches, except for failures, which are listed', async () => {
    const [first] = ops.setAside;
    ops.setAside = Array.from({ length: 45 }, (_, n) => ({
      ...(first as ListedSetAside),
      ...{ entry: `entry:{0}:Ab3dE9xQ:${45 - n}`, content: n % 20 === 3 ? null : '{}' },
    }));
    const page = await openOps();
    await page.getByTestId('put-back-all').getByText('Put back all 45…').click();
    await page.getByTestId('confirm').getByTestId('confirm-yes').click();
    await page.getByTestId('put-back-said').getByText('42 records were put back.').waitFor();
    expect(await page.getByTestId('put-back-failures').locator('li').allInnerTexts()).toEqual(
      [2, 22, 42].map((n) => `entry:{0}:Ab3dE9xQ:${n} cannot be put back.`),
    );
    expect(ops.calls.filter((call) => call.endsWith('/dead-letters/put-back'))).toHaveLength(3);
    await expect.poll(() => recordRows(page).count()).toBe(3);
    expect(await violations(page)).toEqual([]);
  });
});

describe('the search for a notification', () => {
  it('should show a notification’s places, its receipts and the places not searched, and retract a composed notification', async () => {
    const page = await openOps();
    await field(page, 'title').fill('x');
    await page.getByTestId('send').click();
    ops.found = {
      found: [
        { place: 'recorded', offset: 7, createdAt: '2026-01-05T09:00:00Z' },
        { place: 'waiting', entry: 'entry:{0}:Ab3dE9xQ:12' },
      ],
      unsearched: ['schedules'],
    };
    await page.getByTestId('find-composed').click();
    const found = page.getByTestId('found');
    await found.getByText('n-1 in all').waitFor();
    expect(await page.getByTestId('found-place').allInnerTexts()).toEqual([
      expect.stringMatching(/^In the feed at offset 7, published .*2026/),
      'Waiting for delivery as entry entry:{0}:Ab3dE9xQ:12.',
    ]);
    await expect.poll(() => found.evaluate((element) => element === document.activeElement)).toBe(true);
    expect(await page.getByTestId('unsearched').innerText()).toContain('schedules');
    ops.found = { found: [], unsearched: [] };
    await field(page, 'find-id').fill('nowhere');
    await page.keyboard.press('Enter');
    await found.getByText('Not found.').waitFor();
    ops.receipts = {
      reader: { seen: true, read: false, archived: false },
      fallbacks: [{ via: 'email', state: 'waiting', at: '2026-01-01T10:00:00Z' }],
    };
    await field(page, 'find-feed').fill('user:ada');
    await page.keyboard.press('Enter');
    await expect
      .poll(() => page.getByTestId('receipt').allInnerTexts())
      .toEqual([
        "The reader has seen it but hasn't read it.",
        expect.stringMatching(/^Fallback via email: waiting \(/),
      ]);
    ops.receipts = {
      readers: { accuracy: 'about', pages: 12, seen: 7, read: 5, archived: 1 },
      fallbacks: [],
    };
    await field(page, 'find-feed').fill('topic:orders');
    await page.keyboard.press('Enter');
    await expect
      .poll(() => page.getByTestId('receipt').allInnerTexts())
      .toEqual(['About 12 pages received it. Readers: 7 saw it, 5 read it, 1 archived it.']);
    await page.getByTestId('retract-composed').click();
    await page.getByTestId('retracted').getByText('Retracted: n-1.').waitFor();
    expect(ops.retracted).toEqual([{ id: 'n-1', feed: 'all' }]);
    expect(await violations(page)).toEqual([]);
  });

  it('should be in German like the rest of the page if the page’s language is German', async () => {
    const page = await openOps((html) => html.replace('lang="en"', 'lang="de"'));
    await page.getByRole('heading', { name: 'Benachrichtigung suchen' }).waitFor();
    await page.getByText('3 Einträge sind zurückgestellt.').waitFor();
    const texts = await page.locator('main').innerText();
    expect(texts).not.toMatch(/Set-aside|Instances|Compose\b|Audit trail|Put back/);
    expect(await violations(page)).toEqual([]);
  });
});

describe('a mirrored page', () => {
  it('should still display commands, and figures with units, from left to right', async () => {
    ops.setAside = [];
    const page = await openOps((html) => html.replace('dir="ltr"', 'dir="rtl"'));
    await instances(page).nth(1).waitFor();
    await field(page, 'title').fill('x');
    /** True if the first character is drawn to the left of the last. */
    const isInOrder = (testId: string) =>
      page
        .getByTestId(testId)
        .first()
        .evaluate((element) => {
          const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
          let text = walker.nextNode();
          for (let next: Node | null; (next = walker.nextNode());)
            if (/\S/.test(next.textContent ?? '')) text = next;
          const content = text?.textContent ?? '';
          const left = (index: number) => {
            const range = document.createRange();
            range.setStart(text as Node, index);
            range.setEnd(text as Node, index + 1);
            return range.getBoundingClientRect().left;
          };
          return left(content.search(/\S/)) < left(content.trimEnd().length - 1);
        });
    expect(await isInOrder('redis-memory')).toBe(true);
    expect(await page.getByTestId('curl').evaluate((line) => getComputedStyle(line).direction)).toBe('ltr');
    const link = field(page, 'link');
    expect(await link.evaluate((input) => getComputedStyle(input).unicodeBidi)).toBe('plaintext');
  });
});
