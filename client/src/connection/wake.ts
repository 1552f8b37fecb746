import { TIMING } from '../timing.ts';

/**
 * Calls `woke` after the page's timers were suspended, such as while the tab or device slept. The connection might
 * have died unnoticed because the timers that check it were suspended too.
 */
export function watchWake(woke: () => void): { close(): void } {
  let last = Date.now();
  const timer = setInterval(() => {
    const suspendedMs = Date.now() - last - TIMING.wakeCheck;
    last = Date.now();
    if (suspendedMs >= TIMING.slept) woke();
  }, TIMING.wakeCheck);
  return { close: () => clearInterval(timer) };
}
