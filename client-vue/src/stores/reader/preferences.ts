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
 * Returns the values to change in the given preferences. Applying a change twice has the same effect as applying it
 * once.
 */
export type PreferenceChange = (now: Preferences) => Partial<Preferences>;

/** A change made on this page that isn't saved yet. */
interface Edit {
  change: PreferenceChange;
  /** The result of `change` for the reader's latest known preferences. */
  values: Partial<Preferences>;
  /** Whether the change couldn't be saved. */
  failed: boolean;
  /**
   * Resolves with true when the load that was running at the time of the edit has finished, or with false if the
   * session ended first.
   */
  loaded: Promise<boolean>;
}

/**
 * The reader's preferences, stored by the server. Muted notifications don't pop up or count as unread but stay in the
 * list.
 */
export const usePreferences = defineStore(() => {
  const preferences = shallowRef<Preferences>(DEFAULT_PREFERENCES);
  /** The preferences without unsaved changes. */
  let stored = DEFAULT_PREFERENCES;
  /** Changes saved or received while the preferences are loading. They take precedence over the response. */
  let changes: Partial<Preferences> = {};
  /** This page's unsaved changes, in order. They apply on top of the server's preferences. */
  let unsaved: Edit[] = [];
  /** Whether a change couldn't be saved and might be lost when the page is closed. */
  const failed = ref(false);
  /** The last load. Loads in a session run sequentially. Never rejects. */
  let loading = Promise.resolve(true);
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

  /**
   * Fetches the preferences, retrying until it succeeds, and applies them. Calls `onFailure` after each failure.
   * Resolves with true, or with false if aborted.
   */
  async function fetchAndApply(signal: AbortSignal, onFailure?: () => void): Promise<boolean> {
    changes = {};
    const onError = (error: unknown): void => {
      console.warn('Could not load the preferences. Retrying.', error);
      // Changes can't be saved until the preferences are loaded.
      failed.value = unsaved.length > 0;
      onFailure?.();
    };
    const fetched = await retry(fetchPreferencesOrMutes, onError, signal);
    if (signal.aborted) return false;
    set({ ...DEFAULT_PREFERENCES, ...fetched, ...changes });
    return true;
  }

  function set(now: Preferences): void {
    stored = now;
    preferences.value = unsaved.reduce((before, edited) => {
      edited.values = edited.change(before);
      return { ...before, ...edited.values };
    }, now);
    failed.value = unsaved.some((edited) => edited.failed);
  }

  /**
   * Loads a reader's preferences, retrying until it succeeds. Resolves after the first attempt, even if it failed.
   */
  function load(signal: AbortSignal): Promise<void> {
    unsaved = [];
    set(DEFAULT_PREFERENCES);
    return new Promise((resolve) => {
      loading = fetchAndApply(signal, resolve);
      void loading.then(() => resolve());
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
  function applyChange(now?: Partial<Preferences>): void {
    changes = { ...changes, ...now };
    set({ ...stored, ...now });
  }

  /** Applies a change made on this page. Call `settle` when the server has responded. */
  function edit(change: PreferenceChange): Edit {
    const edited = { change, values: {}, failed: false, loaded: loading };
    unsaved.push(edited);
    set(stored);
    return edited;
  }

  /**
   * Records the values that the server has saved for an edit. Without `saved`, the edit couldn't be saved. It then
   * applies until a later edit to the same preference is saved or the page is closed.
   */
  function settle(edited: Edit, saved?: Partial<Preferences>): void {
    // A later edit or session has replaced this edit.
    if (!unsaved.includes(edited)) return;
    edited.failed = !saved;
    if (saved)
      unsaved = unsaved.filter(
        (other) =>
          other !== edited && !(other.failed && Object.keys(saved).some((name) => name in other.values)),
      );
    applyChange(saved);
  }

  return {
    ...{ preferences, failed, isMuted, load, refresh, applyChange, edit, settle },
    applyMutes: ({ feeds, severities }: Mutes) => applyChange({ feeds, severities }),
    /** Applies all preferences as sent by the server, which omits `mutedUntil` if there are no timed mutes. */
    replace: (now: Preferences) => applyChange({ mutedUntil: undefined, ...now }),
  };
});
