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
  /** Changes that are made or received during a read take precedence over its result. */
  let changes: Partial<Preferences> = {};
  /** Changes of this page that the server has not answered yet. They take precedence over what it sends. */
  const unsaved = new Set<Partial<Preferences>>();
  /** Changes with each read, so that only the last one applies. */
  let lastRead = {};

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

  /** Reads the preferences, retrying until it succeeds. */
  async function read(failed: (error: unknown) => void, signal: AbortSignal): Promise<void> {
    const own = (lastRead = {});
    changes = {};
    const stored = await retry(fetchPreferencesOrMutes, failed, signal);
    if (!signal.aborted && own === lastRead) set({ ...DEFAULT_PREFERENCES, ...stored, ...changes });
  }

  function set(now: Preferences): void {
    preferences.value = Object.assign({ ...now }, ...unsaved);
  }

  /** Loads a reader's preferences, retrying until it succeeds. Resolves after the first attempt. */
  function load(signal: AbortSignal): Promise<void> {
    preferences.value = DEFAULT_PREFERENCES;
    unsaved.clear();
    return new Promise((attempted) => {
      const failed = (error: unknown): void => {
        console.warn('Could not load the preferences. Nothing is muted for now.', error);
        attempted();
      };
      void read(failed, signal).then(attempted);
    });
  }

  /** Reads the preferences again after a lost connection, which may have missed changes. */
  const refresh = (signal: AbortSignal): Promise<void> =>
    read((error) => console.warn('Could not read the preferences again.', error), signal);

  /** Applies a change from another tab or device. */
  function applyChange(now: Partial<Preferences>): void {
    changes = { ...changes, ...now };
    set({ ...preferences.value, ...now });
  }

  /** Applies a change of this page, and keeps it until the returned function is called. */
  function keep(change: Partial<Preferences>): () => void {
    unsaved.add(change);
    applyChange(change);
    return () => void unsaved.delete(change);
  }

  return {
    ...{ preferences, isMuted, load, refresh, applyChange, keep },
    applyMutes: ({ feeds, severities }: Mutes) => applyChange({ feeds, severities }),
    /** Applies all preferences as the server sends them. Without timed mutes, it omits their list. */
    replace: (now: Preferences) => applyChange({ mutedUntil: undefined, ...now }),
  };
});
