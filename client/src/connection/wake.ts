import { TIMING } from '../timing.ts';

/**
 * Calls `onWake` after the page's timers were suspended, for example while the tab or the device slept. The timers that
 * check the connection were suspended too, so the connection might have died unnoticed.
 */
export function watchWake(onWake: () => void): { close(): void } {
  let last = Date.now();
  const timer = setInterval(() => {
    const suspendedMs = Date.now() - last - TIMING.wakeCheck;
    last = Date.now();
    if (suspendedMs >= TIMING.slept) onWake();
  }, TIMING.wakeCheck);
  return { close: () => clearInterval(timer) };
}
