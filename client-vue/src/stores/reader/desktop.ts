import { isolate, type LivePublication } from '@tocsin/contracts';
import { ref } from 'vue';
import { defineStore } from '../define-store.ts';
import { itemKey } from '../feeds/feed-log.ts';
import { usePreferenceChanges } from './preference-changes.ts';
import { usePreferences } from './preferences.ts';

/** Maximum number of notifications shown for one burst. */
const MOST_AT_ONCE = 3;

/** Desktop notifications while the page is hidden, for readers who turn them on and whose browser allows them. */
export const useDesktop = defineStore(() => {
  const preferences = usePreferences();
  const supported = 'Notification' in globalThis;
  const permission = ref(supported ? Notification.permission : 'denied');

  /** Call only on a click: browsers refuse to ask otherwise. */
  async function turnOn(): Promise<void> {
    permission.value = await Notification.requestPermission();
    if (permission.value === 'granted') await usePreferenceChanges().change({ desktop: true });
  }

  function show(feed: string, publications: readonly LivePublication[]): void {
    if (!preferences.preferences.desktop || permission.value !== 'granted' || !document.hidden) return;
    for (const { notification } of publications.slice(-MOST_AT_ONCE)) {
      const { id, title, body } = notification;
      // Replaces the same notification of another tab.
      const shown = new Notification(isolate(title), {
        tag: itemKey(feed, id),
        ...(body !== undefined && { body: isolate(body) }),
      });
      shown.onclick = () => {
        window.focus();
        shown.close();
      };
    }
  }

  return {
    supported,
    permission,
    turnOn,
    turnOff: () => usePreferenceChanges().change({ desktop: false }),
    show,
  };
});
