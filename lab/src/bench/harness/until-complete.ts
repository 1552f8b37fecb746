import { setTimeout as delay } from 'node:timers/promises';
import { Failure } from '@tocsin/tools/failure';

export interface Progress {
  arrived(): number;
  /** A description of the missing messages; `undefined` if all have arrived. */
  missing(): string | undefined;
  /** Describes the errors; `undefined` without errors. */
  error(): string | undefined;
}

/**
 * Number of extra checks after the time limit. If this process couldn't run for a while, it reads the waiting messages
 * during these checks.
 */
const LAST_CHECKS = 50;

/** Resolves when no message is missing. @throws Failure if no messages arrive for `timeoutMs`, or there are errors */
export async function untilComplete(progress: Progress, timeoutMs: number): Promise<void> {
  let end = Date.now() + timeoutMs;
  let before = -1;
  let lateChecks = 0;
  for (let missing = progress.missing(); missing !== undefined; missing = progress.missing()) {
    const now = progress.arrived();
    if (now !== before) {
      end = Date.now() + timeoutMs;
      lateChecks = 0;
    } else if (Date.now() > end && ++lateChecks > LAST_CHECKS) throw new Failure(missing);
    before = now;
    // This pause is too short to distort rates measured over multiple seconds, but long enough to use almost no CPU
    // time.
    await delay(2);
  }
  const fault = progress.error();
  if (fault !== undefined) throw new Failure(fault);
}
