import { live } from '../support/browser.ts';
import { arriving, burst, day, draft } from './day.ts';
import { checkStates } from './in-state.ts';

checkStates({
  loading: {
    prepare: (bff) => {
      bff.restDelayMs = 300_000;
    },
    reach: ({ page }) => page.getByTestId('loading').waitFor(),
  },
  empty: { reach: ({ page }) => page.getByTestId('empty').waitFor() },
  unreachable: {
    prepare: (bff) => {
      bff.restFails = true;
      bff.refusal = { code: 'unavailable', message: 'later', temporary: true };
    },
    reach: ({ page }) => page.getByTestId('unreachable').waitFor(),
  },
  incomplete: {
    prepare: (bff) => {
      bff.restFails = true;
    },
    reach: ({ page }) => page.getByTestId('incomplete').waitFor(),
  },
  refused: {
    options: { search: '?feed=nonsense' },
    prepare: (bff) => {
      bff.restFails = true;
      bff.refusal = { code: 'invalid_request', message: 'no such feed', temporary: false };
    },
    reach: ({ page }) => page.getByTestId('refused').first().waitFor(),
  },
  'list-german': {
    options: { locale: 'de-DE' },
    prepare: (bff) => bff.publish(day()),
    reach: async ({ page, bff }) => {
      await live(page);
      bff.publish(arriving());
      await page.getByTestId('unread').waitFor();
    },
  },
  list: {
    prepare: (bff) => bff.publish([...burst(50).map((order) => draft(2900, order)), ...day()]),
    reach: ({ page }) => live(page),
  },
  'older-not-shown': {
    prepare: (bff) => bff.publish(burst(60).map((order) => draft(2900, order))),
    reach: async ({ page }) => {
      await live(page);
      await page.getByTestId('list-end').scrollIntoViewIfNeeded();
    },
  },
  reconnecting: {
    prepare: (bff) => bff.publish(day()),
    reach: async ({ page, bff }) => {
      await live(page);
      await bff.stop();
      await page.locator('[data-state="reconnecting"]').waitFor();
    },
  },
  offline: {
    prepare: (bff) => bff.publish(day()),
    reach: async ({ page, bff, context }) => {
      await live(page);
      await context.setOffline(true);
      await bff.stop();
      await page.locator('[data-state="offline"]').waitFor();
    },
  },
  'while-away': {
    prepare: (bff) => bff.publish(day()),
    reach: async ({ page, bff }) => {
      await live(page);
      await page.goto('about:blank');
      bff.publish(burst(12).map((order, n) => ({ ...order, severity: n === 5 ? 'error' : 'info' })));
      await page.goto(bff.url);
      await page.getByTestId('toast').nth(1).waitFor();
    },
  },
  gap: {
    prepare: (bff) => bff.publish(day()),
    reach: async ({ page, bff }) => {
      await live(page);
      await bff.stop();
      bff.loseState();
      bff.publish(burst(2), { push: false });
      await bff.start();
      await page.locator('.tocsin-gap').waitFor();
    },
  },
  details: {
    prepare: (bff) => bff.publish(day()),
    reach: async ({ page }) => {
      await live(page);
      await page.getByTestId('tab-all').press('?');
      await page.getByTestId('shortcut-help').waitFor();
      await page.locator('.tocsin-row-body').nth(2).click();
    },
  },
});
