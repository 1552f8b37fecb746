import { setTimeout as delay } from 'node:timers/promises';
import { Failure } from '@tocsin/tools/failure';

/** The state of messages that have not all arrived. */
export interface Account {
  /** The number of deliveries so far. */
  arrived(): number;
  /** A description of missing messages; `undefined` if all have arrived. */
  missing(): string | undefined;
  /** A description of faults. */
  wrong(): string | undefined;
}

/**
 * Resolves when no message is missing.
 * @throws Failure after `timeoutMs` without any arrival, or if there are faults
 */
export async function untilComplete(account: Account, timeoutMs: number): Promise<void> {
  let end = Date.now() + timeoutMs;
  let before = -1;
  for (let missing = account.missing(); missing !== undefined; missing = account.missing()) {
    const now = account.arrived();
    if (now !== before) end = Date.now() + timeoutMs;
    else if (Date.now() > end) throw new Failure(missing);
    before = now;
    // Exact enough for rates over seconds, and rare enough to cost almost no CPU.
    await delay(2);
  }
  const wrong = account.wrong();
  if (wrong !== undefined) throw new Failure(wrong);
}
