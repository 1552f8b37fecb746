import { changePreferences, fetchPreferences, ProblemError } from '@tocsin/client';
import type { Mutes, Notification, Preferences } from '@tocsin/contracts';
import { shallowRef } from 'vue';
import { severityOf } from '../../format/severity.ts';
import { defineStore } from '../define-store.ts';
import { useSource } from '../source.ts';

/** The preferences of a reader who has set none. */
const NONE: Preferences = {
  ...{ feeds: [], severities: [], sources: [], categories: [] },
  ...{ quietHours: null, sound: false, desktop: false },
};

/** Lists of what is muted. */
export type Muted = 'feeds' | 'severities' | 'sources' | 'categories';

/**
 * How the reader wants to be told of notifications, stored by the server. Muted notifications make no toast and don't
 * count as unread, but are listed.
 */
export const usePreferences = defineStore(() => {
  const preferences = shallowRef<Preferences>(NONE);
  /** The last change may be lost when the page is closed. */
  const failed = shallowRef(false);
  /** A change made or received while loading takes precedence over what was loaded. */
  let changes = 0;
  let queue: Promise<unknown> = Promise.resolve();

  function isMuted({ feed, notification }: { feed: string; notification: Notification }): boolean {
    const { feeds, severities, sources, categories } = preferences.value;
    const { source, category } = notification;
    return (
      feeds.includes(feed) ||
      severities.includes(severityOf(notification)) ||
      (source !== undefined && sources.includes(source)) ||
      (category !== undefined && categories.includes(category))
    );
  }

  /** The server's preferences; of one that knows only mutes, these. */
  async function fetched(): Promise<Partial<Preferences>> {
    try {
      return await useSource().ask(fetchPreferences);
    } catch (error) {
      if (error instanceof ProblemError && error.status === 404) return await useSource().mutes();
      throw error;
    }
  }

  async function load(): Promise<void> {
    const before = changes;
    try {
      const kept = await fetched();
      if (before === changes) preferences.value = { ...NONE, ...kept };
    } catch (error) {
      console.warn('Could not load the preferences. Nothing is muted for now.', error);
    }
  }

  /** Applies a change from another tab or device. */
  function heard(now: Partial<Preferences>): void {
    changes++;
    preferences.value = { ...preferences.value, ...now };
  }

  /** Changes these preferences at once, and then on the server, one change after the other. */
  async function change(changed: Partial<Preferences>): Promise<void> {
    heard(changed);
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
    const before: readonly string[] = preferences.value[list];
    const after = before.includes(name) ? before.filter((other) => other !== name) : [...before, name];
    return change({ [list]: after });
  }

  return {
    ...{ preferences, failed, isMuted, load, heard, change, toggle },
    heardMutes: ({ feeds, severities }: Mutes) => heard({ feeds, severities }),
  };
});
