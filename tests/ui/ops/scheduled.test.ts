import type { Page } from 'playwright-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { checkLooks, violations } from '../support/axe.ts';
import { FakeOps } from '../fakes/fake-ops.ts';
import { opsPages } from './ops-pages.ts';

const pages = opsPages();
const NEXT = [
  { id: 'order-1-due', feed: 'topic:orders', deliverAt: '2026-01-05T10:00:00.000Z' },
  { id: 'reminder-7', feed: 'user:ada', deliverAt: '2026-01-06T08:00:00.000Z' },
];
let ops: FakeOps;
beforeEach(() => {
  ops = new FakeOps();
  ops.schedules = { ...ops.schedules, count: 2, next: NEXT };
});

const show = (page: Page) => page.getByTestId('scheduled-show');
const message = (page: Page) => page.getByTestId('scheduled-said');
const rows = (page: Page) => page.getByTestId('scheduled-one');
const countListRequests = () => ops.calls.filter((call) => call === 'GET /app/ops/schedules').length;

describe('the scheduled notifications', () => {
  it('should be counted and listed, but only when the operator requests it', async () => {
    const page = await pages.open(ops);
    await page.getByTestId('instance').first().waitFor();
    expect(countListRequests()).toBe(0);
    await show(page).click();
    await message(page).getByText('2 notifications are scheduled.').waitFor();
    const texts = await rows(page).allInnerTexts();
    expect(texts.map((text) => text.split(/\s+/).slice(-4))).toEqual([
      ['topic:orders', 'order-1-due', 'Retract…', 'order-1-due'],
      ['user:ada', 'reminder-7', 'Retract…', 'reminder-7'],
    ]);
    expect(countListRequests()).toBe(1);
    await checkLooks(page, 'ops-scheduled', { fullPage: true });
  });

  it('should be retractable by keyboard after confirmation and not reappear in an outdated list', async () => {
    const page = await pages.open(ops);
    await show(page).click();
    await rows(page).first().getByTestId('scheduled-retract').focus();
    await page.keyboard.press('Enter');
    await page.getByTestId('confirm').getByText('order-1-due in topic:orders').waitFor();
    await page.keyboard.press('Escape');
    expect([await rows(page).count(), ops.retracted]).toEqual([2, []]);
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await message(page).getByText("Retracted: order-1-due. It won't be delivered.").waitFor();
    expect(ops.retracted).toEqual([{ id: 'order-1-due', feed: 'topic:orders' }]);
    await expect
      .poll(() => message(page).evaluate((element) => element === document.activeElement))
      .toBe(true);
    await message(page).getByText('1 notification is scheduled.').waitFor();
    await show(page).click();
    await expect.poll(countListRequests).toBe(2);
    await message(page).getByText('Retracted').waitFor({ state: 'detached' });
    expect(await rows(page).allInnerTexts()).toEqual([expect.stringContaining('reminder-7')]);
  });

  it('should be counted even if the list is empty or too long, and with “at least” if there may be more', async () => {
    const page = await pages.open(ops);
    ops.schedules.count = 1_234;
    await show(page).click();
    await message(page).getByText('1,234 notifications are scheduled. The list shows the next 2.').waitFor();
    ops.schedules.isComplete = false;
    await show(page).click();
    await message(page).getByText('At least 1,234 notifications are scheduled.').waitFor();
    ops.schedules = { ...ops.schedules, count: 0, isComplete: true, next: [] };
    await show(page).click();
    await message(page).getByText('No notifications are scheduled.').waitFor();
    expect(await rows(page).count()).toBe(0);
  });

  it('should show an error if listing fails or a retraction might have failed', async () => {
    const page = await pages.open(ops, undefined, /503/);
    await show(page).click();
    await rows(page).first().waitFor();
    ops.isUnreachable = true;
    await rows(page).first().getByTestId('scheduled-retract').click();
    await page.getByTestId('confirm-yes').click();
    await page.getByTestId('scheduled-failed').waitFor();
    expect(await rows(page).count()).toBe(2);
    await show(page).click();
    await page.getByTestId('scheduled-failed').getByText('cannot be read right now').waitFor();
    expect(await violations(page)).toEqual([]);
  });

  it('should be in German on a German page', async () => {
    const page = await pages.open(ops, async (context) => {
      await context.route('**/ops', async (route) => {
        const response = await route.fetch();
        const html = (await response.text()).replace('lang="en"', 'lang="de"');
        await route.fulfill({ response, body: html });
      });
    });
    await show(page).click();
    await message(page).getByText('2 Benachrichtigungen sind geplant.').waitFor();
    await rows(page).first().getByRole('button', { name: 'Zurückziehen … order-1-due' }).click();
    await page.getByTestId('confirm-yes').click();
    await message(page).getByText('Zurückgezogen: order-1-due.').waitFor();
    expect(await page.getByTestId('scheduled').innerText()).not.toMatch(/Retract|Delivery|scheduled/);
  });
});
