import { SNAPSHOT_EVERY_MS } from '@tocsin/contracts';
import { expect, it } from 'vitest';
import { FakeOps } from '../fakes/fake-ops.ts';
import { field, instances, opsPages } from './ops-pages.ts';

const pages = opsPages();

it('should keep the draft while the operator replaces an expired token', async () => {
  const ops = new FakeOps();
  const page = await pages.open(ops, async (context) => {
    await context.clock.install();
  });
  await instances(page).nth(1).waitFor();
  await field(page, 'title').fill('Draft');
  [ops.guard, ops.token] = ['token', 'right'];
  await page.clock.runFor(SNAPSHOT_EVERY_MS);
  await page.getByTestId('token-form').waitFor();
  expect(await field(page, 'title').isVisible()).toBe(false);
  await page.locator('#token').fill('right');
  await page.keyboard.press('Enter');
  await instances(page).nth(1).waitFor();
  expect(await field(page, 'title').inputValue()).toBe('Draft');
});
