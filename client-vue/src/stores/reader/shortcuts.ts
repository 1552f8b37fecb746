import { ref } from 'vue';
import { defineStore } from '../define-store.ts';
import { safeStorage } from '../storage.ts';

const KEY = 'tocsin.shortcuts';

/** Whether single-key shortcuts are on while the inbox has focus. Stored in this browser. Default: on. */
export const useShortcutSetting = defineStore(() => {
  const storage = safeStorage(() => localStorage);
  const on = ref(storage.get(KEY) !== 'off');

  function setOn(next: boolean): void {
    on.value = next;
    storage.set(KEY, next ? 'on' : 'off');
  }

  return { on, setOn };
});
