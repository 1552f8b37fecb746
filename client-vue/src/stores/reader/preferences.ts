import { fetchPreferences, ProblemError } from '@tocsin/client';
import {
  DEFAULT_PREFERENCES,
  isMutedBy,
  type Mutes,
  type Notification,
  type Preferences,
} from '@tocsin/contracts';
import { shallowRef } from 'vue';
import { severityOf } from '../../format/severity.ts';
import { defineStore } from '../define-store.ts';
import { useClock } from '../clock.ts';
import { useSource } from '../source.ts';

/**
 * The reader's preferences, stored by the server. Muted notifications don't pop up or count as unread, but stay in the
 * list.
 */
export const usePreferences = defineStore(() => {
  const preferences = shallowRef<Preferences>(DEFAULT_PREFERENCES);
  /** A change that is made or received during loading takes precedence over the loaded preferences. */
  let changes = 0;

  function isMuted({ feed, notification }: { feed: string; notification: Notification }): boolean {
    const asked = { ...notification, feed, severity: severityOf(notification) };
    // Use the reactive clock, so that counts update when a mute ends.
    return isMutedBy(preferences.value, asked, preferences.value.mutedUntil && useClock().now);
  }

  /** Loads the preferences, or only the mutes from an old server. */
  async function fetchPreferencesOrMutes(): Promise<Partial<Preferences>> {
    try {
      return await useSource().ask(fetchPreferences);
    } catch (error) {
      if (error instanceof ProblemError && error.status === 404)
        return await (await import('./old-mutes.ts')).fetchOldMutes();
      throw error;
    }
  }

  async function load(): Promise<void> {
    const before = changes;
    try {
      const kept = await fetchPreferencesOrMutes();
      if (before === changes) preferences.value = { ...DEFAULT_PREFERENCES, ...kept };
    } catch (error) {
      console.warn('Could not load the preferences. Nothing is muted for now.', error);
    }
  }

  /** Applies a change from another tab or device. */
  function applyChange(now: Partial<Preferences>): void {
    changes++;
    preferences.value = { ...preferences.value, ...now };
  }

  return {
    ...{ preferences, isMuted, load, applyChange },
    applyMutes: ({ feeds, severities }: Mutes) => applyChange({ feeds, severities }),
  };
});
