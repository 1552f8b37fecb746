import { SNAPSHOT_EVERY_MS } from '@tocsin/contracts';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { FakeOps } from '../fakes/fake-ops.ts';
import { field, instances, opsPages } from './ops-pages.ts';

const pages = opsPages();

async function openOps(ops: FakeOps): Promise<Page> {
  const page = await pages.open(ops, async (context) => {
    await context.clock.install();
  });
  await instances(page).nth(1).waitFor();
  return page;
}

async function signIn(page: Page): Promise<void> {
  await page.getByTestId('token-form').waitFor();
  await page.locator('#token').fill('right');
  await page.keyboard.press('Enter');
}

/** Opens the page with a draft in the composer, and then denies access until the operator enters a new token. */
async function denyWithDraft(guard: 'token' | 'role'): Promise<{ ops: FakeOps; page: Page }> {
  const ops = new FakeOps();
  const page = await openOps(ops);
  await field(page, 'title').fill('Draft');
  [ops.guard, ops.token] = [guard, 'right'];
  await page.clock.runFor(SNAPSHOT_EVERY_MS);
  return { ops, page };
}

it('should keep the draft while the operator replaces an expired token', async () => {
  const { page } = await denyWithDraft('token');
  await page.getByTestId('token-form').waitFor();
  expect(await field(page, 'title').isVisible()).toBe(false);
  await signIn(page);
  await instances(page).nth(1).waitFor();
  expect(await field(page, 'title').inputValue()).toBe('Draft');
});

it('should keep the draft if the new token lacks the role', async () => {
  const { ops, page } = await denyWithDraft('role');
  await signIn(page);
  await page.clock.runFor(SNAPSHOT_EVERY_MS);
  await page.getByText('This token doesn’t have the “ops” role.').waitFor();
  ops.guard = 'token';
  await signIn(page);
  await instances(page).nth(1).waitFor();
  expect(await field(page, 'title').inputValue()).toBe('Draft');
});

it('should say that a bulk action was interrupted when the token expired', async () => {
  const ops = new FakeOps();
  const page = await openOps(ops);
  await page.route('**/dead-letters/put-back', (route) => {
    [ops.guard, ops.token] = ['token', 'right'];
    return route.fallback();
  });
  await page.getByTestId('put-back-all').click();
  await page.getByTestId('confirm').getByTestId('confirm-yes').click();
  await signIn(page);
  await page
    .getByRole('alert')
    .getByText('The server denied access before the action was complete.')
    .waitFor();
});

it('should not count the time without access as an outage', async () => {
  const ops = new FakeOps();
  const page = await openOps(ops);
  [ops.guard, ops.token] = ['token', 'right'];
  await page.clock.runFor(SNAPSHOT_EVERY_MS);
  await page.getByTestId('token-form').waitFor();
  await page.clock.fastForward('01:00:00');
  ops.isUnreachable = true;
  await signIn(page);
  const verdict = page.getByTestId('verdict');
  await verdict.getByText("The instances' metrics can't be read.").waitFor();
  expect(await verdict.innerText()).toMatch(/\(\d+ secs?\)/);
});
