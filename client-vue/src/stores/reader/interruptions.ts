import type { LivePublication } from '@tocsin/contracts';
import { ref, watch } from 'vue';
import { useClock } from '../clock.ts';
import { defineStore } from '../define-store.ts';
import { useLater } from '../later.ts';
import { usePreferences } from './preferences.ts';

/** Tells the reader of notifications, or holds them back and tells how many there were after the quiet hours. */
export const useInterruptions = defineStore(() => {
  const preferences = usePreferences();
  const later = useLater();
  /** How many were held back. */
  const held = ref(0);

  /** Passes on those that may interrupt now, and counts those that have to wait. */
  function sift(
    feed: string,
    publications: readonly LivePublication[],
    take: (loud: LivePublication[]) => void,
  ): void {
    later.run((rules) => {
      const { loud, quiet } = rules.sift(preferences.preferences, feed, publications);
      held.value += quiet.length;
      take(loud);
    });
  }

  /** Tells the reader, if this tab is the one to do so. */
  function tell(feed: string, publications: readonly LivePublication[], presenting: boolean): void {
    sift(feed, publications, (loud) => {
      if (presenting) later.run((rules) => rules.interrupt(preferences.preferences, feed, loud));
    });
  }

  /** Begins a session: sums up what was held back, once the quiet hours are over. Returns the function that ends it. */
  function start(isPresenting: () => boolean): () => void {
    held.value = 0;
    return watch([() => useClock().now, () => preferences.preferences], () => {
      if (held.value === 0) return;
      later.run((rules) => {
        if (rules.areQuietHours(preferences.preferences)) return;
        if (isPresenting()) rules.sumUp(held.value);
        held.value = 0;
      });
    });
  }

  return { held, sift, tell, start };
});
