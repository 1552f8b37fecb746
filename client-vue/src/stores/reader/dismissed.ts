import { shallowRef } from 'vue';
import { defineStore } from '../define-store.ts';
import { readJson, safeStorage } from '../storage.ts';

const KEY = 'tocsin.dismissed';
/** The oldest are dropped first. */
export const MAX_DISMISSED = 2_000;

const parse = (value: unknown): ReadonlySet<string> =>
  new Set(Array.isArray(value) ? value.filter((key) => typeof key === 'string') : []);

/** Keys of the items that the reader dismissed in this browser. */
export const useDismissed = defineStore(() => {
  const storage = safeStorage(() => localStorage);
  const keys = shallowRef(parse(readJson(storage, KEY)));

  function dismiss(key: string): void {
    keys.value = new Set([...keys.value, key].slice(-MAX_DISMISSED));
    storage.set(KEY, JSON.stringify([...keys.value]));
  }

  function follow(event: StorageEvent): void {
    if (event.key === KEY) keys.value = parse(readJson(storage, KEY));
  }

  return { keys, dismiss, follow };
});
