import { vi } from 'vitest';

/** Advances fake timers by `ms`. */
export const sleep = (ms: number) => vi.advanceTimersByTimeAsync(ms);

/** Resolves with the result, or with `undefined` after `ms` of fake time. */
export async function settledWithin(result: Promise<string>, ms: number): Promise<string | undefined> {
  const waited = sleep(ms).then(() => undefined);
  return Promise.race([result, waited]);
}

/** Advances fake timers until the producer has seen that the entry for a retraction or an erasure is claimed. */
export async function whenClaimed<T>(retracted: Promise<T>): Promise<T> {
  await sleep(50);
  return retracted;
}
