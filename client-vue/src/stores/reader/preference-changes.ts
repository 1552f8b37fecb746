import { changePreferences } from '@tocsin/client';
import type { Preferences } from '@tocsin/contracts';
import { ref } from 'vue';
import { defineStore } from '../define-store.ts';
import { useSource } from '../source.ts';
import { usePreferences } from './preferences.ts';

/** Lists of what is muted. */
export type Muted = 'feeds' | 'severities' | 'sources' | 'categories';

/** Changes of the reader's preferences: applied at once, and then on the server, one after the other. */
export const usePreferenceChanges = defineStore(() => {
  const store = usePreferences();
  /** The last change may be lost when the page is closed. */
  const failed = ref(false);
  let queue: Promise<unknown> = Promise.resolve();

  async function change(changed: Partial<Preferences>): Promise<void> {
    store.heard(changed);
    queue = queue.then(() =>
      useSource().ask((url, clientId, options) => changePreferences(url, clientId, changed, options)),
    );
    try {
      await queue;
      failed.value = false;
    } catch (error) {
      queue = Promise.resolve();
      failed.value = true;
      console.warn('Could not save the preferences. They apply to this page only.', error);
    }
  }

  /** Mutes something, or no longer. */
  function toggle(list: Muted, name: string): Promise<void> {
    const before: readonly string[] = store.preferences[list];
    const after = before.includes(name) ? before.filter((other) => other !== name) : [...before, name];
    return change({ [list]: after });
  }

  return { failed, change, toggle };
});
