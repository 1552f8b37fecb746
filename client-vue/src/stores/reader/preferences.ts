import { fetchPreferences, ProblemError } from '@tocsin/client';
import {
  DEFAULT_PREFERENCES,
  isMutedBy,
  type Mutes,
  type Notification,
  type Preferences,
} from '@tocsin/contracts';
import { ref, shallowRef } from 'vue';
import { severityOf } from '../../format/severity.ts';
import { defineStore } from '../define-store.ts';
import { useClock } from '../clock.ts';
import { retry } from '../retry.ts';
import { useSource } from '../source.ts';

/**
 * The reader's preferences, stored by the server. Muted notifications don't pop up or count as unread but stay in the
 * list.
 */
export const usePreferences = defineStore(() => {
  const preferences = shallowRef<Preferences>(DEFAULT_PREFERENCES);
  /** Changes made or received while the preferences are loading. They take precedence over the response. */
  let changes: Partial<Preferences> = {};
  /** This page's last change to each preference, until saved. Takes precedence over the server's value. */
  const unsaved = new Map<string, { change: Partial<Preferences>; couldNotSave: boolean }>();
  /** Whether a change couldn't be saved and might be lost when the page is closed. */
  const failed = ref(false);
  /** The last load. Loads in a session run sequentially. Never rejects. */
  let loading: Promise<void> = Promise.resolve();
  let isRefreshWaiting = false;

  function isMuted({ feed, notification }: { feed: string; notification: Notification }): boolean {
    const candidate = { ...notification, feed, severity: severityOf(notification) };
    // Use the reactive clock so that counts update when a mute ends.
    return isMutedBy(preferences.value, candidate, preferences.value.mutedUntil && useClock().now);
  }

  /** Loads the preferences, or only the mutes from an older server. */
  async function fetchPreferencesOrMutes(): Promise<Partial<Preferences>> {
    try {
      return await useSource().call(fetchPreferences);
    } catch (error) {
      if (error instanceof ProblemError && error.status === 404)
        return await (await import('./old-mutes.ts')).fetchOldMutes();
      throw error;
    }
  }

  /** Fetches and applies the preferences, retrying until it succeeds. Calls `onFailure` after each failure. */
  async function fetchAndApply(signal: AbortSignal, onFailure?: () => void): Promise<void> {
    changes = {};
    const onError = (error: unknown): void => {
      console.warn('Could not load the preferences. Retrying.', error);
      onFailure?.();
    };
    const stored = await retry(fetchPreferencesOrMutes, onError, signal);
    if (!signal.aborted) set({ ...DEFAULT_PREFERENCES, ...stored, ...changes });
  }

  function set(now: Preferences): void {
    const unsavedValues = [...unsaved].map(([name, { change }]) => ({
      [name]: change[name as keyof Preferences],
    }));
    preferences.value = Object.assign({ ...now }, ...unsavedValues);
  }

  /** Loads a reader's preferences, retrying until it succeeds. Resolves after the first attempt. */
  function load(signal: AbortSignal): Promise<void> {
    preferences.value = DEFAULT_PREFERENCES;
    unsaved.clear();
    failed.value = false;
    return new Promise((resolve) => {
      loading = fetchAndApply(signal, resolve);
      void loading.then(resolve);
    });
  }

  /** Reloads the preferences after a lost connection, during which changes could have been missed. */
  async function refresh(signal: AbortSignal): Promise<void> {
    if (isRefreshWaiting) return;
    isRefreshWaiting = true;
    await loading;
    isRefreshWaiting = false;
    if (signal.aborted) return;
    loading = fetchAndApply(signal);
    await loading;
  }

  /** Applies a change made in another tab or on another device. */
  function applyChange(now: Partial<Preferences>): void {
    changes = { ...changes, ...now };
    set({ ...preferences.value, ...now });
  }

  /**
   * Applies a change made on this page. Call the returned function when the server has responded. A change that
   * couldn't be saved applies until a later change to the same preference is saved or the page is closed.
   */
  function edit(change: Partial<Preferences>): (isSaved: boolean) => void {
    const names = Object.keys(change) as (keyof Preferences)[];
    for (const name of names) unsaved.set(name, { change, couldNotSave: false });
    applyChange(change);
    return (isSaved) => {
      for (const name of names) {
        // Superseded by a later change or session.
        if (unsaved.get(name)?.change !== change) continue;
        if (isSaved) {
          unsaved.delete(name);
          changes = { ...changes, [name]: change[name] };
        } else unsaved.set(name, { change, couldNotSave: true });
      }
      failed.value = [...unsaved.values()].some(({ couldNotSave }) => couldNotSave);
    };
  }

  return {
    ...{ preferences, failed, isMuted, load, refresh, applyChange, edit },
    applyMutes: ({ feeds, severities }: Mutes) => applyChange({ feeds, severities }),
    /** Applies all preferences as sent by the server, which omits `mutedUntil` if there are no timed mutes. */
    replace: (now: Preferences) => applyChange({ mutedUntil: undefined, ...now }),
  };
});
