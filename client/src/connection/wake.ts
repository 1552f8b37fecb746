import { TIMING } from '../timing.ts';

/**
 * Calls `woke` after this page's timers stood still, as those of a sleeping tab or device do: its connection may have
 * died meanwhile without a word, and the timers that would notice have all their time still before them.
 */
export function watchWake(woke: () => void): { close(): void } {
  let last = Date.now();
  const timer = setInterval(() => {
    const stoodStill = Date.now() - last - TIMING.wakeCheck;
    last = Date.now();
    if (stoodStill >= TIMING.slept) woke();
  }, TIMING.wakeCheck);
  return { close: () => clearInterval(timer) };
}
