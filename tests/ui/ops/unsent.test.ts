import type { UnsentFallback } from '@tocsin/contracts';
import type { Page } from 'playwright-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { FakeOps } from '../fakes/fake-ops.ts';
import { checkLooks } from '../support/axe.ts';
import { opsPages } from './ops-pages.ts';

const pages = opsPages();
let ops: FakeOps;
beforeEach(() => {
  ops = new FakeOps();
  ops.links = { runbook: 'https://wiki.example/ops' };
});

const unsent = (id: string, members: Partial<UnsentFallback> = {}): UnsentFallback => ({
  ...{ reader: 'user:ada', id, createdAt: '2026-01-05T08:36:07.000Z', via: 'email' },
  ...{ at: '2026-01-05T08:41:07.000Z', outcome: 'refused', reason: '550 no such user', ...members },
});
const rows = (page: Page) => page.getByTestId('unsent-fallback');
const message = (page: Page) => page.getByTestId('unsent-said');
const focused = (page: Page) => page.evaluate(() => document.activeElement?.textContent?.trim());

describe('fallbacks that were not sent', () => {
  it('should be listed with reader, notification, channel, reason and time, and in the verdict', async () => {
    const unknown = unsent('order-8', { outcome: 'unknown', reason: 'the connection broke', via: 'push' });
    ops.unsent = [unsent('order-7'), unknown];
    ops.unsentMembers = { unreadable: 2, truncatedAt: '2026-01-05T08:00:00.000Z' };
    const page = await pages.open(ops);
    const fault = page.getByTestId('verdict-fault').filter({ hasText: 'fallbacks' });
    await fault.getByText("2 fallbacks weren't sent or have an unknown outcome.").waitFor();
    expect(await fault.innerText()).toContain('Since ');
    const runbook = 'https://wiki.example/ops#tocsinfallbacksnotsent';
    expect(await fault.getByRole('link').getAttribute('href')).toBe(runbook);
    for (const text of ['Not sent', 'email for order-7', 'user:ada', '550 no such user'])
      expect(stripIsolates(await rows(page).first().innerText())).toContain(text);
    expect(await rows(page).first().locator('time').getAttribute('datetime')).toBe(ops.unsent[0]?.at);
    for (const text of ['Outcome unknown', 'push for order-8', 'could arrive twice'])
      expect(stripIsolates(await rows(page).nth(1).innerText())).toContain(text);
    expect(await page.getByTestId('unsent-unreadable').innerText()).toContain('2 readers');
    expect(await page.getByTestId('unsent-truncated').innerText()).toContain('more than 1,000 readers');
    await checkLooks(page, 'ops-unsent', { fullPage: true });
  });

  it('should be resent or dismissed without losing focus, or stay listed with an explanation', async () => {
    ops.unsent = [unsent('a'), unsent('b', { via: 'fax' }), unsent('c')];
    const page = await pages.open(ops);
    await rows(page).nth(2).waitFor();
    await rows(page).first().getByTestId('send-again').press('Enter');
    await message(page).getByText('Requeued: ').waitFor();
    await expect.poll(() => rows(page).count()).toBe(2);
    await expect.poll(() => focused(page)).toContain('Unsent fallbacks');
    await rows(page).first().getByTestId('send-again').click();
    await message(page).getByText('There is no fax channel.').waitFor();
    await rows(page).nth(1).getByTestId('dismiss').click();
    await message(page).getByText('Dismissed: ').waitFor();
    await expect.poll(() => rows(page).count()).toBe(1);
    expect(ops.resent).toEqual(['a']);
  });

  it('should all be resent page by page after confirmation, except for failures, which stay listed', async () => {
    ops.unsent = Array.from({ length: 120 }, (_, n) => unsent(`n${n}`, n === 70 ? { via: 'fax' } : {}));
    const page = await pages.open(ops);
    await page.getByTestId('verdict-fault').getByText('More than 50 fallbacks').waitFor();
    await page.getByTestId('send-all').click();
    await page.keyboard.press('Escape');
    expect(ops.resent).toEqual([]);
    await page.getByTestId('send-all').click();
    await page.getByTestId('confirm-yes').click();
    await page.getByTestId('send-said').getByText('119 fallbacks were requeued.').waitFor();
    expect(stripIsolates(await page.getByTestId('send-failures').innerText())).toContain('fax for n70');
    expect(new Set(ops.resent).size).toBe(119);
    await expect.poll(() => rows(page).count()).toBe(1);
  });

  it('should be replaced by an error if they can’t be read', async () => {
    ops.isUnreachable = true;
    const page = await pages.open(ops);
    await page.getByTestId('unsent-fault').getByText('Retrying').waitFor();
  });

  it('should not appear in the verdict if every fallback was sent', async () => {
    const page = await pages.open(ops);
    await page.getByTestId('no-unsent').waitFor();
    expect(await page.getByTestId('verdict-fault').filter({ hasText: 'fallback' }).count()).toBe(0);
  });
});

/** Removes the characters that isolate names from the text around them. */
const stripIsolates = (text: string): string => text.replace(/[\u2066-\u2069]/g, '');
