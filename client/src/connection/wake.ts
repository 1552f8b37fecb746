import { TIMING } from '../timing.ts';

/**
 * Calls `woke` after the page's timers were suspended, as in a sleeping tab or device. The connection may have died
 * silently meanwhile, and the timers that would notice start only now.
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
