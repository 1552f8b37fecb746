import { ref } from 'vue';
import { defineStore } from './define-store.ts';

const currentZone = (): string => new Intl.DateTimeFormat().resolvedOptions().timeZone;

/**
 * The current time (ms since 1970), for relative times, and the device's time zone. Both are updated every 15 s and
 * when the page becomes visible or hidden.
 */
export const useClock = defineStore(() => {
  const now = ref(Date.now());
  const zone = ref(currentZone());

  function start(tick: (now: number) => void): () => void {
    const advance = (): void => {
      now.value = Date.now();
      zone.value = currentZone();
      tick(now.value);
    };
    const timer = setInterval(advance, 15_000);
    document.addEventListener('visibilitychange', advance);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', advance);
    };
  }

  return { now, zone, start };
});
