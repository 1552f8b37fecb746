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
import { retry } from '../retry.ts';
import { useSource } from '../source.ts';

/**
 * The reader's preferences, stored by the server. Muted notifications don't pop up or count as unread, but stay in the
 * list.
 */
export const usePreferences = defineStore(() => {
  const preferences = shallowRef<Preferences>(DEFAULT_PREFERENCES);
  /** Changes that are made or received during loading take precedence over the loaded preferences. */
  let changes: Partial<Preferences> = {};

  function isMuted({ feed, notification }: { feed: string; notification: Notification }): boolean {
    const candidate = { ...notification, feed, severity: severityOf(notification) };
    // Use the reactive clock, so that counts update when a mute ends.
    return isMutedBy(preferences.value, candidate, preferences.value.mutedUntil && useClock().now);
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

  /** Loads a reader's preferences, retrying until it succeeds. Resolves after the first attempt. */
  function load(signal: AbortSignal): Promise<void> {
    changes = {};
    preferences.value = DEFAULT_PREFERENCES;
    return new Promise((attempted) => {
      const failed = (error: unknown): void => {
        console.warn('Could not load the preferences. Nothing is muted for now.', error);
        attempted();
      };
      void retry(fetchPreferencesOrMutes, failed, signal).then((kept) => {
        if (!signal.aborted) preferences.value = { ...DEFAULT_PREFERENCES, ...kept, ...changes };
        attempted();
      });
    });
  }

  /** Applies a change from another tab or device. */
  function applyChange(now: Partial<Preferences>): void {
    changes = { ...changes, ...now };
    preferences.value = { ...preferences.value, ...now };
  }

  return {
    ...{ preferences, isMuted, load, applyChange },
    applyMutes: ({ feeds, severities }: Mutes) => applyChange({ feeds, severities }),
  };
});
