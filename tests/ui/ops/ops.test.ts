import { execFileSync } from 'node:child_process';
import { SNAPSHOT_EVERY_MS } from '@tocsin/contracts';
import type { Page } from 'playwright-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { checkLooks, violations } from '../support/axe.ts';
import { FakeOps } from '../fakes/fake-ops.ts';
import { field, instances, opsPages, recordRows, watch } from './ops-pages.ts';

const pages = opsPages();
let ops: FakeOps;
beforeEach(() => {
  ops = new FakeOps();
});

const openOps = () =>
  pages.open(ops, async (context) => {
    await context.clock.install();
  });

async function fillComposer(page: Page): Promise<void> {
  const values = {
    ...{ title: "Order 4711 was paid: it's ready", body: 'EUR 1,249.00 by card.', feed: 'topic:orders' },
    ...{ source: 'Payments', link: 'https://example.org/orders/4711', collapseKey: 'order-4711' },
    ...{ deliverAt: '2999-01-05T10:00:00', expiresAt: '2999-01-05T11:00:00', id: 'order-4711-paid' },
  };
  for (const [path, value] of Object.entries(values)) await field(page, path).fill(value);
  await field(page, 'severity').selectOption('success');
  await page.getByTestId('add-action').click();
  await field(page, 'actions.0.label').fill('Open order');
  await field(page, 'actions.0.link').fill('/orders/4711');
}

const FAULTS = [
  { path: 'title', message: 'must have at least 1 character' },
  { path: 'actions.0.link', message: 'must be an http(s) address' },
  { path: 'deliverAt', message: 'must be before expiresAt' },
  { path: 'colour', message: 'is not a known member' },
];

const STATES: Record<string, { prepare?: () => void; reach: (page: Page) => Promise<unknown> }> = {
  figures: {
    reach: async (page) => {
      await instances(page).nth(1).waitFor();
      await watch(ops, page, 12);
      await fillComposer(page);
    },
  },
  empty: {
    prepare: () => {
      ops.setAside = [];
      ops.audit = [];
      ops.isUnreachable = false;
    },
    reach: (page) => page.getByTestId('no-letters').waitFor(),
  },
  unreachable: {
    prepare: () => {
      ops.isUnreachable = true;
    },
    reach: async (page) => {
      await page.getByTestId('fault').getByText('Retrying').waitFor();
      await page.getByTestId('instances').getByText("The metrics can't be read right now.").waitFor();
    },
  },
  token: {
    prepare: () => {
      ops.guard = 'token';
    },
    reach: (page) => page.getByTestId('token-form').waitFor(),
  },
  faults: {
    prepare: () => {
      ops.faults = FAULTS;
    },
    reach: async (page) => {
      await page.getByTestId('add-action').click();
      await page.getByTestId('send').click();
      await page.getByTestId('compose-failed').waitFor();
    },
  },
  confirm: {
    reach: async (page) => {
      await recordRows(page).first().getByTestId('delete').click();
      await page.getByTestId('confirm').waitFor();
    },
  },
};

it.each(Object.keys(STATES))('the ops page should be accessible in the state: %s', async (name) => {
  const state = STATES[name];
  state?.prepare?.();
  const page = await openOps();
  await state?.reach(page);
  await checkLooks(page, `ops-${name}`, {
    fullPage: name !== 'confirm',
    settle: () => page.clock.runFor(500),
  });
});

describe('the instances', () => {
  it('should be listed in rows with live figures and charts', async () => {
    const page = await openOps();
    await instances(page).nth(1).waitFor();
    const before = await instances(page).first().innerText();
    await watch(ops, page, 3);
    await expect.poll(() => instances(page).first().innerText()).not.toBe(before);
    expect(await instances(page).first().locator('canvas').count()).toBe(2);
    expect(await instances(page).first().innerText()).toMatch(/\d · up \d/);
  });

  it('should be listed together with the unfinished announcements and the Redis memory', async () => {
    ops.change = {
      queue: { waiting: 3, heldBack: 2, oldestMs: 4_000 },
      redis: { used: 96 * 2 ** 20, limit: 384 * 2 ** 20 },
    };
    const page = await openOps();
    await watch(ops, page, 1);
    await page.getByTestId('queue').getByText('3 waiting, 2 held back').waitFor();
    expect(await page.getByTestId('queue').innerText()).toContain('oldest 4 s');
    expect(await page.getByTestId('redis-memory').innerText()).toContain('96 MB of 384 MB (25%)');
  });

  it('should stay listed with an error while the server doesn’t respond, and update once it’s back', async () => {
    const page = await openOps();
    await instances(page).nth(1).waitFor();
    ops.isUnreachable = true;
    await page.clock.runFor(SNAPSHOT_EVERY_MS);
    await page.getByTestId('fault').getByText('Retrying').waitFor();
    expect(await instances(page).count()).toBe(2);
    ops.isUnreachable = false;
    await watch(ops, page, 1);
    await expect.poll(() => page.getByTestId('fault').innerText()).toBe('');
  });
});

describe('set-aside records', () => {
  it('should be put back, or stay listed with an explanation', async () => {
    const page = await openOps();
    await recordRows(page).nth(2).waitFor();
    expect(await recordRows(page).first().innerText()).toContain('colour: is not a known member');
    await recordRows(page).nth(2).getByTestId('put-back').click();
    await page.getByTestId('letters-said').getByText('no usable content').waitFor();
    await recordRows(page).nth(1).getByTestId('put-back').click();
    await page.getByTestId('letters-said').getByText('Put back: entry:Ab3dE9xQ').waitFor();
    await expect.poll(() => recordRows(page).count()).toBe(2);
  });

  it('should not reappear due to an outdated response', async () => {
    const page = await openOps();
    await recordRows(page).nth(2).waitFor();
    const json = { total: 3, oldestAt: null, deadLetters: [...ops.setAside] };
    const list = '**/app/ops/dead-letters';
    const lateResponse = new Promise<() => Promise<void>>((resolve) => {
      void page.route(list, (route) => resolve(() => route.fulfill({ json })), { times: 1 });
    });
    await page.clock.runFor(5_000);
    const respondLate = await lateResponse;
    await recordRows(page).nth(1).getByTestId('put-back').click();
    await expect.poll(() => recordRows(page).count()).toBe(2);
    const finished = page.waitForEvent('requestfinished');
    await respondLate();
    await finished;
    await page.getByTestId('letters-said').getByText('Put back').waitFor();
    expect(await recordRows(page).count()).toBe(2);
  });

  it('should be deleted by keyboard, but only after confirmation', async () => {
    const page = await openOps();
    const remove = recordRows(page).first().getByTestId('delete');
    await remove.focus();
    await page.keyboard.press('Enter');
    const dialog = page.getByTestId('confirm');
    await dialog.waitFor();
    const focused = () => page.evaluate(() => document.activeElement?.textContent?.trim());
    await expect.poll(focused).toBe('Keep it');
    await page.keyboard.press('Enter');
    await dialog.waitFor({ state: 'hidden' });
    await expect.poll(focused).toContain('Delete…');
    await page.keyboard.press('Enter');
    await dialog.waitFor();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
    expect(ops.calls.filter((call) => call.startsWith('DELETE'))).toEqual([]);
    await expect.poll(focused).toContain('Delete…');
    await page.keyboard.press('Enter');
    await expect.poll(focused).toBe('Keep it');
    await page.keyboard.press('Tab');
    await expect.poll(focused).toBe('Delete');
    await page.keyboard.press('Enter');
    await expect.poll(() => recordRows(page).count()).toBe(2);
    await expect.poll(focused).toContain('Set-aside records');
    expect(ops.calls.filter((call) => call.startsWith('DELETE'))).toHaveLength(1);
  });
});

describe('the composer', () => {
  it('should preview and send every field, and show the equivalent command', async () => {
    const page = await openOps();
    await fillComposer(page);
    const preview = page.getByTestId('preview');
    // Rows show actions when opened.
    await preview.getByTestId('notification').locator('article').press('Enter');
    for (const shown of ['toast', 'notification']) {
      const text = () => preview.getByTestId(shown).innerText();
      await expect.poll(text).toContain("Order 4711 was paid: it's ready");
      await expect.poll(text).toContain('Open order');
    }
    await page.getByTestId('send').click();
    await page.getByTestId('sent').getByText('Accepted as n-1').waitFor();
    const [composed] = ops.composed;
    expect(composed).toMatchObject({
      ...{ title: "Order 4711 was paid: it's ready", severity: 'success', feed: 'topic:orders' },
      actions: [{ label: 'Open order', link: '/orders/4711' }],
    });
    expect(Object.keys(composed as object)).toHaveLength(11);
    const command = await page.getByTestId('curl').innerText();
    const script = `curl() { printf %s "$2"; }; ${command}`;
    expect(JSON.parse(execFileSync('sh', ['-c', script], { encoding: 'utf8' }))).toEqual(composed);
  });

  it('should show each error at the corresponding field, and other errors above the form', async () => {
    ops.faults = FAULTS;
    const page = await openOps();
    await page.getByTestId('add-action').click();
    await page.getByTestId('send').click();
    const failed = page.getByTestId('compose-failed');
    await failed.getByText('colour is not a known member').waitFor();
    await expect.poll(() => failed.evaluate((element) => element === document.activeElement)).toBe(true);
    for (const { path, message } of FAULTS.slice(0, 3)) {
      const input = field(page, path);
      expect(await input.getAttribute('aria-invalid')).toBe('true');
      const fault = await input.getAttribute('aria-describedby');
      const texts = await Promise.all(
        (fault ?? '').split(' ').map((id) => page.locator(`[id="${id}"]`).innerText()),
      );
      expect(texts.join(' ')).toContain(message);
    }
    ops.faults = undefined;
    await page.getByTestId('send').click();
    await page.getByTestId('sent').getByText('Accepted').waitFor();
    expect(await page.locator('[aria-invalid]').count()).toBe(0);
  });

  it('should retry a request with an unknown outcome under the same id, and then use a new id', async () => {
    ops.lostId = 'lost-1';
    const page = await openOps();
    await field(page, 'title').fill('x');
    await page.getByTestId('send').click();
    await page.getByTestId('compose-failed').getByText('did not respond').waitFor();
    ops.lostId = undefined;
    await page.getByTestId('send').click();
    await page.getByTestId('sent').getByText('Accepted').waitFor();
    await field(page, 'title').fill('y');
    await page.getByTestId('send').click();
    await expect
      .poll(() => ops.composed)
      .toEqual([{ title: 'x' }, { title: 'x', id: 'lost-1' }, { title: 'y' }]);
  });
});

describe('a server that requires a token', () => {
  it('should be shown as closed with a remedy if it doesn’t accept any token', async () => {
    ops.guard = 'closed';
    const page = await openOps();
    await page.getByTestId('closed').getByText('Set OPS_TOKEN on the bff.').waitFor();
    expect(await page.getByTestId('token-form').count()).toBe(0);
    expect(await violations(page)).toEqual([]);
  });

  it('should receive the token that the operator entered, including after a reload', async () => {
    [ops.guard, ops.token] = ['token', 'right'];
    const page = await openOps();
    const form = page.getByTestId('token-form');
    await form.waitFor();
    await page.getByLabel('Token').fill('wrong');
    await page.keyboard.press('Enter');
    await form.getByText('doesn’t accept this token').waitFor();
    await page.getByLabel('Token').fill(' right ');
    await page.keyboard.press('Enter');
    await instances(page).nth(1).waitFor();
    await page.reload();
    await instances(page).nth(1).waitFor();
    expect(await page.getByTestId('curl').innerText()).toContain('$TOKEN');
    expect(await page.getByTestId('curl').innerText()).not.toContain('right');
    ops.guard = 'role';
    await page.clock.runFor(SNAPSHOT_EVERY_MS);
    await form.getByText('doesn’t have the “ops” role').waitFor();
  });
});
