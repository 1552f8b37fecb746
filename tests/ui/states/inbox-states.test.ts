import { live } from '../support/browser.ts';
import { arriving, day } from './day.ts';
import { checkStates } from './in-state.ts';

checkStates({
  inbox: {
    prepare: (bff) => bff.publish(day()),
    reach: async ({ page, bff }) => {
      await live(page);
      bff.publish(arriving());
      await page.getByTestId('unread').waitFor();
      await page.getByTestId('dismiss-all').click();
      await page.getByTestId('bell').click();
      await page.getByTestId('inbox').getByTestId('mark-read').nth(2).waitFor();
    },
  },
  'inbox-menu': {
    prepare: (bff) => bff.publish(day()),
    reach: async ({ page }) => {
      await live(page);
      await page.getByTestId('bell').click();
      await page.getByTestId('inbox').getByTestId('row-menu').nth(1).press('Enter');
      await page.getByTestId('snooze-pick').click();
    },
  },
  'inbox-archive': {
    prepare: (bff) => bff.publish(day()),
    reach: async ({ page }) => {
      await live(page);
      await page.getByTestId('bell').click();
      const inbox = page.getByTestId('inbox');
      await inbox.getByTestId('row-dismiss').first().press('Enter');
      await inbox.getByTestId('row-dismiss').first().press('Enter');
      await inbox.getByTestId('undo').waitFor();
      await inbox.getByTestId('tab-archive').click();
      await inbox.getByTestId('inbox-filter').click();
      await inbox.getByTestId('row-restore').nth(1).waitFor();
    },
  },
  'inbox-settings': {
    prepare: (bff) => bff.publish(day()),
    reach: async ({ page }) => {
      await live(page);
      await page.getByTestId('bell').click();
      await page.getByTestId('inbox-settings-button').click();
      await page.getByTestId('quiet-on').check();
      await page.getByTestId('quiet-zone').waitFor();
    },
  },
  'inbox-nothing-found': {
    prepare: (bff) => bff.publish(day()),
    reach: async ({ page }) => {
      await live(page);
      await page.getByTestId('bell').click();
      await page.getByTestId('inbox').getByTestId('inbox-search').fill('no such text');
      await page.getByTestId('inbox').getByTestId('inbox-none').waitFor();
    },
  },
  'inbox-offline': {
    prepare: (bff) => bff.publish(day()),
    reach: async ({ page, bff, context }) => {
      await live(page);
      await page.getByTestId('bell').click();
      await context.setOffline(true);
      await bff.stop();
      await page.getByTestId('inbox').getByTestId('connection-notice').waitFor();
    },
  },
  'inbox-refused': {
    prepare: (bff) => {
      bff.restFails = true;
      bff.refusal = { code: 'invalid_request', message: 'no such feed', temporary: false };
    },
    reach: async ({ page }) => {
      await page.getByTestId('bell').click();
      await page.getByTestId('inbox').getByTestId('refused').waitFor();
    },
  },
  'inbox-snoozed': {
    options: { locale: 'de-DE' },
    prepare: (bff) => bff.publish(day()),
    reach: async ({ page }) => {
      await live(page);
      await page.getByTestId('bell').click();
      const inbox = page.getByTestId('inbox');
      await inbox.getByTestId('row-menu').nth(1).press('Enter');
      await page.getByTestId('snooze-inAnHour').click();
      await inbox.getByTestId('tab-snoozed').click();
      await inbox.getByTestId('notification').first().waitFor();
    },
  },
  'inbox-away': {
    options: { locale: 'de-DE' },
    prepare: (bff) => {
      bff.away.status = 200;
      bff.away.address = 'ada@other.example';
      bff.publish(day());
    },
    reach: async ({ page }) => {
      await live(page);
      await page.getByTestId('bell').click();
      await page.getByTestId('inbox-settings-button').click();
      await page.getByTestId('email-summary').waitFor();
      await page.getByTestId('shortcuts').scrollIntoViewIfNeeded();
    },
  },
});
