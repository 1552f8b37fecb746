import { ref } from 'vue';
import { defineStore } from '../define-store.ts';
import { safeStorage } from '../storage.ts';

const KEY = 'tocsin.shortcuts';

/** Whether single keys are shortcuts while the focus is in the inbox. Kept in this browser; on by default. */
export const useShortcutSetting = defineStore(() => {
  const storage = safeStorage(() => localStorage);
  const on = ref(storage.get(KEY) !== 'off');

  function turn(next: boolean): void {
    on.value = next;
    storage.set(KEY, next ? 'on' : 'off');
  }

  return { on, turn };
});
