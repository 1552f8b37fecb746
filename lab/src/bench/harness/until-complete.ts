import { setTimeout as delay } from 'node:timers/promises';
import { Failure } from '@tocsin/tools/failure';

/** An account of messages that are on their way. */
export interface Account {
  /** How many deliveries have arrived. */
  arrived(): number;
  /** A description of missing messages; `undefined` if all have arrived. */
  missing(): string | undefined;
  /** A description of faults. */
  wrong(): string | undefined;
}

/**
 * Resolves when nothing is missing.
 * @throws Failure after `timeoutMs` without any arrival, or when something went wrong
 */
export async function untilComplete(account: Account, timeoutMs: number): Promise<void> {
  let end = Date.now() + timeoutMs;
  let before = -1;
  for (let missing = account.missing(); missing !== undefined; missing = account.missing()) {
    const now = account.arrived();
    if (now !== before) end = Date.now() + timeoutMs;
    else if (Date.now() > end) throw new Failure(missing);
    before = now;
    // Close enough for a rate over seconds, and rare enough to cost nothing.
    await delay(2);
  }
  const wrong = account.wrong();
  if (wrong !== undefined) throw new Failure(wrong);
}
