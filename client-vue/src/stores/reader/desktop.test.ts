import { DEFAULT_PREFERENCES } from '@tocsin/contracts';
import { nextTick } from 'vue';
import { afterEach, expect, it, vi } from 'vitest';
import { at, useFreshStores } from '../../../testing/stores.ts';
import { useItems } from '../feeds/items.ts';
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

it('should close the desktop notifications of notifications that are gone and of erased feeds', async () => {
  const closed: string[] = [];
  class Notification {
    static readonly permission = 'granted';
    readonly #tag: string;
    constructor(_title: string, { tag }: { tag: string }) {
      this.#tag = tag;
    }
    close(): void {
      closed.push(this.#tag);
    }
  }
  vi.stubGlobal('Notification', Notification);
  vi.stubGlobal('document', { hidden: true });
  usePreferences().applyChange({ ...DEFAULT_PREFERENCES, desktop: true });
  for (const feed of ['all', 'topic:a']) useDesktop().show(feed, [at(1), at(2)]);
  useItems().remove('all', ['n1']);
  await nextTick();
  expect(closed).toEqual(['all/n1']);
  useItems().clear('topic:a');
  await nextTick();
  expect(closed.slice(1)).toEqual(['topic:a/n1', 'topic:a/n2']);
});
