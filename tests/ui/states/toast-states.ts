import { holdToasts, live, toasts } from '../support/browser.ts';
import { arriving, burst, day, failures } from './day.ts';
import type { State } from './in-state.ts';

export const TOAST_STATES = {
  toasts: {
    prepare: (bff) => bff.publish(day()),
    reach: async ({ page, bff }) => {
      await live(page);
      for (const notification of arriving()) bff.publish([notification]);
      await page.locator('[data-testid="unread"]', { hasText: '3' }).waitFor();
      await toasts(page).first().waitFor();
    },
  },
  burst: {
    prepare: (bff) => bff.publish(day()),
    reach: async ({ page, bff }) => {
      await live(page);
      // On a slow machine, the toasts would otherwise be gone before the test finds the “more” count.
      await holdToasts(page);
      bff.publish(burst(500));
      await page.getByTestId('toasts-more').waitFor();
    },
  },
  'toasts-folded': {
    reach: async ({ page, bff }) => {
      await live(page);
      bff.publish(failures());
      await page.getByTestId('toasts-errors').waitFor();
    },
  },
  'toasts-spread': {
    reach: async ({ page, bff }) => {
      await live(page);
      bff.publish(failures());
      await page.getByTestId('toasts-errors').waitFor();
      await page.keyboard.press('F8');
    },
  },
  'toasts-opened': {
    reach: async ({ page, bff }) => {
      await live(page);
      bff.publish(failures());
      await page.keyboard.press('F8');
      await page.getByTestId('toasts-errors').press('Enter');
    },
  },
  'toasts-beside-inbox': {
    options: { locale: 'de-DE' },
    reach: async ({ page, bff }) => {
      await live(page);
      bff.publish(failures());
      await toasts(page).first().waitFor();
      await page.getByTestId('bell').press('Enter');
      await page.getByTestId('inbox').getByTestId('notification').first().waitFor();
    },
  },
  'toasts-in-dialog': {
    reach: async ({ page, bff }) => {
      await live(page);
      await page.evaluate(() => {
        const dialog = document.createElement('dialog');
        dialog.setAttribute('aria-label', 'Dialog of the host page');
        dialog.innerHTML = '<p>Dialog of the host page</p><button>Inside</button>';
        document.body.append(dialog);
        dialog.showModal();
      });
      bff.publish(failures());
      await page.locator('dialog [data-testid="toast"]').first().waitFor();
    },
  },
} satisfies Record<string, State>;
