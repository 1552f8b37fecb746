import type { LivePublication } from '@tocsin/contracts';
import { ref, watch } from 'vue';
import { useClock } from '../clock.ts';
import { defineStore } from '../define-store.ts';
import { areQuietHours, interrupt, sift, sumUp } from './interrupt.ts';
import { usePreferences } from './preferences.ts';

/** Tells the reader of notifications, or holds them back and tells how many there were after the quiet hours. */
export const useInterruptions = defineStore(() => {
  const preferences = usePreferences();
  /** How many were held back. */
  const held = ref(0);

  /** The publications that may interrupt now. Counts those that have to wait. */
  function loudOf(feed: string, publications: readonly LivePublication[]): LivePublication[] {
    const { loud, quiet } = sift(preferences.preferences, feed, publications);
    held.value += quiet.length;
    return loud;
  }

  /** Tells the reader, if this tab is the one to do so. */
  function tell(feed: string, publications: readonly LivePublication[], presenting: boolean): void {
    const loud = loudOf(feed, publications);
    if (presenting) interrupt(preferences.preferences, feed, loud);
  }

  /** Begins a session: sums up what was held back, once the quiet hours are over. Returns the function that ends it. */
  function start(isPresenting: () => boolean): () => void {
    held.value = 0;
    return watch([() => useClock().now, () => preferences.preferences], () => {
      if (held.value === 0 || areQuietHours(preferences.preferences)) return;
      if (isPresenting()) sumUp(held.value);
      held.value = 0;
    });
  }

  return { held, loudOf, tell, start };
});
