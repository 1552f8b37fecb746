import { DEFAULT_PREFERENCES } from '@tocsin/contracts';
import { afterEach, expect, it, vi } from 'vitest';
import { at, useFreshStores } from '../../../testing/stores.ts';
import { useDesktop } from './desktop.ts';
import { usePreferences } from './preferences.ts';

useFreshStores();
afterEach(() => {
  vi.unstubAllGlobals();
});

it("should do without desktop notifications if the browser allows but doesn't support them", () => {
  const warn = vi.spyOn(console, 'warn').mockReturnValue();
  /** Like Chrome for Android. */
  class Notification {
    static readonly permission = 'granted';
    constructor() {
      throw new TypeError('Illegal constructor. Use ServiceWorkerRegistration.showNotification() instead.');
    }
  }
  vi.stubGlobal('Notification', Notification);
  vi.stubGlobal('document', { hidden: true });
  usePreferences().applyChange({ ...DEFAULT_PREFERENCES, desktop: true });
  useDesktop().show('all', [at(1)]);
  expect(warn).toHaveBeenCalledTimes(1);
  warn.mockRestore();
});
