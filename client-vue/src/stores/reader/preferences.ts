import { fetchPreferences, ProblemError } from '@tocsin/client';
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

/**
 * How the reader wants to be told of notifications, stored by the server. Muted notifications make no toast and don't
 * count as unread, but are listed.
 */
export const usePreferences = defineStore(() => {
  const preferences = shallowRef<Preferences>(NONE);
  /** A change made or received while loading takes precedence over what was loaded. */
  let changes = 0;

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
      if (error instanceof ProblemError && error.status === 404)
        return await (await import('./old-mutes.ts')).oldMutes();
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

  return {
    ...{ preferences, isMuted, load, heard },
    heardMutes: ({ feeds, severities }: Mutes) => heard({ feeds, severities }),
  };
});
