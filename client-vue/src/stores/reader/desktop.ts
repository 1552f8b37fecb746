import { isolate, type LivePublication } from '@tocsin/contracts';
import { ref, watch } from 'vue';
import { useClock } from '../clock.ts';
import { defineStore } from '../define-store.ts';
import { itemKey } from '../feeds/feed-log.ts';
import { useItems } from '../feeds/items.ts';
import { usePreferenceChanges } from './preference-changes.ts';
import { usePreferences } from './preferences.ts';

const MAX_PER_BURST = 3;

/** Desktop notifications while the page is hidden, if the reader has turned them on and the browser allows them. */
export const useDesktop = defineStore(() => {
  const preferences = usePreferences();
  const supported = 'Notification' in globalThis;
  const currentPermission = () => globalThis.Notification?.permission ?? 'denied';
  const permission = ref(currentPermission());
  // The reader can give or withdraw permission in another tab or in the browser's settings.
  watch(
    () => useClock().now,
    () => (permission.value = currentPermission()),
  );

  /** Call this only on a click. Otherwise, browsers don't ask for permission. */
  async function turnOn(): Promise<void> {
    permission.value = await Notification.requestPermission();
    if (permission.value === 'granted') await usePreferenceChanges().change({ desktop: true });
  }

  function show(feed: string, publications: readonly LivePublication[]): void {
    if (!preferences.preferences.desktop || currentPermission() !== 'granted' || !document.hidden) return;
    const { all, gone, erasures } = useItems();
    for (const { notification } of publications.slice(-MAX_PER_BURST)) {
      const { id, title, body } = notification;
      const tag = itemKey(feed, id);
      // Notifications can be gone by the time this module has loaded.
      if (!all.some(({ key }) => key === tag)) continue;
      try {
        // The tag lets this notification replace the same one from another tab.
        const notice = new Notification(isolate(title), {
          tag,
          ...(body !== undefined && { body: isolate(body) }),
        });
        notice.onclick = () => {
          window.focus();
          notice.close();
        };
        notice.onclose = watch(
          () => [gone.has(tag), erasures.get(feed), useItems().session],
          () => notice.close(),
          { once: true },
        );
      } catch (error) {
        // Chrome for Android grants permission but throws.
        console.warn('Could not show a desktop notification.', error);
      }
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
