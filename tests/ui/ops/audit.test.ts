import type { Page } from 'playwright-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { checkLooks } from '../support/axe.ts';
import { FakeOps } from '../fakes/fake-ops.ts';
import { opsPages } from './ops-pages.ts';

const pages = opsPages();
let ops: FakeOps;
beforeEach(() => {
  ops = new FakeOps();
});

const openOps = () => pages.open(ops);
const records = (page: Page) => page.getByTestId('audit-record');

it.each(['older', 'unreachable', 'empty'])(
  'the audit trail should be accessible in the state: %s',
  async (name) => {
    [ops.auditUnreadable, ops.isAuditUnreachable] = [2, name === 'unreachable'];
    if (name === 'empty') ops.audit = [];
    const page = await openOps();
    if (name === 'unreachable') await page.getByTestId('audit-failed').waitFor();
    else if (name === 'empty') await page.getByTestId('audit-none').waitFor();
    else {
      await records(page).nth(3).waitFor();
      await page.getByTestId('audit-older').click();
      await records(page).nth(5).waitFor();
    }
    const section = page.locator('section', { has: page.locator('#audit') });
    await checkLooks(page, `audit-${name}`, { of: section });
  },
);

describe('the audit trail', () => {
  it('should show who did what, and allow paging back to the beginning with the keyboard', async () => {
    const page = await openOps();
    await records(page).nth(3).waitFor();
    const texts = await records(page).allInnerTexts();
    expect(texts[0]).toMatch(
      /Reader\s+ada[^]*Deleted a set-aside record[^]*entry:Ab3dE9xQ:topic%3Aorders:117[^]*Done/,
    );
    expect(texts[1]).toMatch(/Anonymous[^]*Published × 214[^]*Not signed in/);
    expect(texts[3]).toMatch(/App\s+warehouse[^]*name not verified/);
    await page.getByTestId('audit-older').focus();
    await page.keyboard.press('Enter');
    await records(page).nth(5).waitFor();
    const focused = () => page.evaluate(() => document.activeElement?.textContent);
    await expect.poll(focused).toContain('order-4711, order-4712, order-4713 and 9 more');
    expect(await page.getByTestId('audit-older').count()).toBe(0);
    expect(await page.getByTestId('audit-said').innerText()).toBe('2 older records were added.');
  });

  it('should find matching records, report empty results, and apply the filter to older records too', async () => {
    ops.auditPageSize = 2;
    const page = await openOps();
    await records(page).nth(1).waitFor();
    await page.locator('[name="audit-actor"]').fill('shop');
    await page.keyboard.press('Enter');
    await page.getByTestId('audit-none').getByText('Load older records to continue searching').waitFor();
    await page.locator('[name="audit-actor"]').fill('something else');
    for (let n = 0; n < 2; n++) await page.getByTestId('audit-older').click();
    await records(page).nth(0).waitFor();
    expect(await records(page).allInnerTexts()).toEqual([expect.stringContaining('Published × 12')]);
    await page.locator('[name="audit-actor"]').fill('');
    await page.locator('[name="audit-action"]').selectOption('reader-revoked');
    await page.getByTestId('audit-show').click();
    ops.audit = ops.audit.slice(0, 2);
    await page.getByTestId('audit-show').click();
    await page.getByTestId('audit-none').getByText('No records match these filters.').waitFor();
  });

  it('should keep its records and show an error if it can’t be read, and load again on the next request', async () => {
    const page = await openOps();
    await records(page).nth(3).waitFor();
    ops.isAuditUnreachable = true;
    await page.getByTestId('audit-show').click();
    await page.getByTestId('audit-failed').getByText('cannot be read right now').waitFor();
    expect(await records(page).count()).toBe(4);
    ops.isAuditUnreachable = false;
    await page.getByTestId('audit-show').click();
    await page.getByTestId('audit-failed').waitFor({ state: 'hidden' });
  });
});
