import type { LivePublication } from '@tocsin/contracts';
import { ref, watch } from 'vue';
import { useClock } from '../clock.ts';
import { defineStore } from '../define-store.ts';
import { isQuietNow, interrupt, splitByQuietHours, showSummary } from './interrupt.ts';
import { usePreferences } from './preferences.ts';

/** Notifies the reader, or during quiet hours counts the notifications and reports their number afterwards. */
export const useInterruptions = defineStore(() => {
  const preferences = usePreferences();
  /** Number of notifications held back. */
  const held = ref(0);

  /** Returns the publications that may interrupt now, and counts the others. */
  function takeInterrupting(feed: string, publications: readonly LivePublication[]): LivePublication[] {
    const { loud, quiet } = splitByQuietHours(preferences.preferences, feed, publications);
    held.value += quiet.length;
    return loud;
  }

  /** Notifies the reader if this tab is presenting. */
  function notify(feed: string, publications: readonly LivePublication[], presenting: boolean): void {
    const loud = takeInterrupting(feed, publications);
    if (presenting) interrupt(preferences.preferences, feed, loud);
  }

  /** Starts a session that shows a summary when quiet hours end. Returns a function that stops it. */
  function start(isPresenting: () => boolean): () => void {
    held.value = 0;
    return watch([() => useClock().now, () => preferences.preferences], () => {
      if (held.value === 0 || isQuietNow(preferences.preferences)) return;
      if (isPresenting()) showSummary(held.value);
      held.value = 0;
    });
  }

  return { held, takeInterrupting, notify, start };
});
