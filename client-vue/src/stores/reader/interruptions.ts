import type { LivePublication } from '@tocsin/contracts';
import { ref, watch } from 'vue';
import { loadLate } from '../../load-late.ts';
import { useClock } from '../clock.ts';
import { defineStore } from '../define-store.ts';
import type * as rulesModule from './interrupt.ts';
import { usePreferences } from './preferences.ts';

type Rules = typeof rulesModule;

/** Tells the reader of notifications, or holds them back and tells how many there were after the quiet hours. */
export const useInterruptions = defineStore(() => {
  const preferences = usePreferences();
  /** How many were held back. */
  const held = ref(0);
  let rules: Rules | undefined;
  let waiting: ((rules: Rules) => void)[] = [];
  let isPresenting = (): boolean => true;

  /** Runs tasks in order, as soon as the rules are loaded. */
  function run(task: (rules: Rules) => void): void {
    if (rules) task(rules);
    else waiting.push(task);
  }

  /** Passes on those that may interrupt now, and counts those that have to wait. */
  function sift(
    feed: string,
    publications: readonly LivePublication[],
    take: (loud: LivePublication[]) => void,
  ): void {
    run((loaded) => {
      const { loud, quiet } = loaded.sift(preferences.preferences, feed, publications);
      held.value += quiet.length;
      take(loud);
    });
  }

  /** Tells the reader, if this tab is the one to do so. */
  function tell(feed: string, publications: readonly LivePublication[], presenting: boolean): void {
    sift(feed, publications, (loud) => {
      if (presenting) run((loaded) => loaded.interrupt(preferences.preferences, feed, loud));
    });
  }

  /** Sums up what was held back, once the quiet hours are over. */
  function release(): void {
    if (held.value === 0 || !rules || rules.areQuietHours(preferences.preferences)) return;
    if (isPresenting()) rules.sumUp(held.value);
    held.value = 0;
  }

  /** Begins a session. Returns the function that ends it. */
  function start(presenting: () => boolean): () => void {
    isPresenting = presenting;
    held.value = 0;
    waiting = [];
    const stopLoading = loadLate(
      () => import('./interrupt.ts'),
      (loaded) => {
        rules = loaded;
        for (const task of waiting.splice(0)) task(loaded);
      },
    );
    const stop = watch([() => useClock().now, () => preferences.preferences], release);
    return () => {
      stopLoading();
      stop();
    };
  }

  return { held, run, sift, tell, start };
});
