import { isExpired, isolate, type LivePublication } from '@tocsin/contracts';
import { ref } from 'vue';
import { defineStore } from '../define-store.ts';
import { itemKey } from '../feeds/feed-log.ts';
import { safeStorage } from '../storage.ts';

const KEY = 'tocsin.desktop';
/** Most notifications shown for one burst. */
const MOST_AT_ONCE = 3;

/** Desktop notifications while the page is hidden, for readers who turn them on. */
export const useDesktop = defineStore(() => {
  const storage = safeStorage(() => localStorage);
  const supported = 'Notification' in globalThis;
  const permission = ref(supported ? Notification.permission : 'denied');
  const wanted = ref(storage.get(KEY) === 'on');

  function want(on: boolean): void {
    wanted.value = on;
    storage.set(KEY, on ? 'on' : 'off');
  }

  /** Call only on a click: browsers refuse to ask otherwise. */
  async function turnOn(): Promise<void> {
    permission.value = await Notification.requestPermission();
    want(permission.value === 'granted');
  }

  function show(feed: string, publications: readonly LivePublication[]): void {
    if (!wanted.value || permission.value !== 'granted' || !document.hidden) return;
    const current = publications.filter(({ notification }) => !isExpired(notification, Date.now()));
    for (const { notification } of current.slice(-MOST_AT_ONCE)) {
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

  return { supported, permission, wanted, turnOn, turnOff: () => want(false), show };
});
