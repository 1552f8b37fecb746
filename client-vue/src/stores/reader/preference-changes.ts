import { changePreferences } from '@tocsin/client';
import type { Preferences } from '@tocsin/contracts';
import { ref } from 'vue';
import { defineStore } from '../define-store.ts';
import { useSource } from '../source.ts';
import { usePreferences } from './preferences.ts';

/** The lists of muted feeds, severities, sources and categories. */
export type Muted = 'feeds' | 'severities' | 'sources' | 'categories';

/** The list without the item if it has it, otherwise with it. */
export const toggled = <T>(list: readonly T[], item: T): T[] =>
  list.includes(item) ? list.filter((other) => other !== item) : [...list, item];

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

  /** Mutes a name of a list, or ends its mute. */
  const toggle = (list: Muted, name: string): Promise<void> =>
    change({ [list]: toggled<string>(store.preferences[list], name) });

  return { failed, change, toggle };
});
