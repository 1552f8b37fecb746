import { DEFAULT_PREFERENCES } from '@tocsin/contracts';
import { nextTick } from 'vue';
import { afterEach, expect, it, vi } from 'vitest';
import { at, range, useFreshStores } from '../../../testing/stores.ts';
import { useClock } from '../clock.ts';
import { useItems } from '../feeds/items.ts';
import { useDesktop } from './desktop.ts';
import { usePreferences } from './preferences.ts';

useFreshStores();
afterEach(() => {
  vi.unstubAllGlobals();
});

it("should only log a warning if the browser allows desktop notifications but doesn't support them", () => {
  const warn = vi.spyOn(console, 'warn').mockReturnValue();
  /** Throws, as in Chrome for Android. */
  class Notification {
    static readonly permission = 'granted';
    constructor() {
      throw new TypeError('Illegal constructor. Use ServiceWorkerRegistration.showNotification() instead.');
    }
  }
  vi.stubGlobal('Notification', Notification);
  vi.stubGlobal('document', { hidden: true });
  usePreferences().applyChange({ ...DEFAULT_PREFERENCES, desktop: true });
  useItems().add('all', { epoch: 'e', publications: [at(1)] });
  useDesktop().show('all', [at(1)]);
  expect(warn).toHaveBeenCalledTimes(1);
  warn.mockRestore();
});

/**
 * Stubs a browser that shows desktop notifications. Returns the tags of shown and closed notifications, and a function
 * that changes the permission.
 */
function allowDesktop(): {
  shown: string[];
  closed: string[];
  permit: (now: NotificationPermission) => void;
} {
  const shown: string[] = [];
  const closed: string[] = [];
  class Notification {
    static permission: NotificationPermission = 'granted';
    readonly #tag: string;
    constructor(_title: string, { tag }: { tag: string }) {
      this.#tag = tag;
      shown.push(tag);
    }
    close(): void {
      closed.push(this.#tag);
    }
  }
  vi.stubGlobal('Notification', Notification);
  vi.stubGlobal('document', { hidden: true });
  usePreferences().applyChange({ ...DEFAULT_PREFERENCES, desktop: true });
  return { shown, closed, permit: (now) => (Notification.permission = now) };
}

it('should not show or keep a desktop notification if the notification is gone or its feed was erased', async () => {
  const { shown, closed } = allowDesktop();
  const feeds = ['all', 'topic:a', 'topic:b'];
  for (const feed of feeds) useItems().add(feed, { epoch: 'e', publications: range(1, 3) });
  useItems().remove('all', ['n3']);
  useItems().clear('topic:b');
  for (const feed of feeds) useDesktop().show(feed, range(1, 3));
  expect(shown).toEqual(['all/n1', 'all/n2', 'topic:a/n1', 'topic:a/n2', 'topic:a/n3']);
  useItems().remove('all', ['n1']);
  await nextTick();
  expect(closed).toEqual(['all/n1']);
  useItems().clear('topic:a');
  await nextTick();
  expect(closed.slice(1)).toEqual(['topic:a/n1', 'topic:a/n2', 'topic:a/n3']);
});

it('should close desktop notifications when the session ends', async () => {
  const { shown, closed } = allowDesktop();
  useItems().add('all', { epoch: 'e', publications: range(1, 2) });
  useDesktop().show('all', range(1, 2));
  useItems().reset();
  await nextTick();
  expect(closed).toEqual(shown);
});

it('should follow a permission that the reader gives or withdraws in another tab', async () => {
  const { shown, permit } = allowDesktop();
  permit('default');
  useItems().add('all', { epoch: 'e', publications: range(1, 2) });
  useDesktop().show('all', [at(1)]);
  permit('granted');
  useDesktop().show('all', [at(2)]);
  expect(shown).toEqual(['all/n2']);
  for (const permission of ['granted', 'denied'] as const) {
    permit(permission);
    useClock().now++;
    await nextTick();
    expect(useDesktop().permission).toBe(permission);
  }
});
