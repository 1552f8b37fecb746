import { setTimeout as delay } from 'node:timers/promises';

export interface PollOptions {
  /** Time limit in ms. */
  timeoutMs: number;
  /** Delay between calls in ms. Defaults to 50. */
  everyMs?: number;
  /** Ends the wait early by returning a reason. */
  giveUp?: () => string | undefined;
}

/**
 * Calls `condition` until it returns true.
 * @returns `undefined` on success, otherwise the message from `giveUp`, or a message saying that it timed out
 */
export async function pollUntil(
  condition: () => Promise<boolean>,
  { timeoutMs, everyMs = 50, giveUp }: PollOptions,
): Promise<string | undefined> {
  const end = Date.now() + timeoutMs;
  for (;;) {
    if (await condition()) return undefined;
    const reason = giveUp?.();
    if (reason) return reason;
    if (Date.now() >= end) return `it took longer than ${timeoutMs / 1000} s`;
    await delay(everyMs);
  }
}

/** True if a GET of `url` returns 2xx within 2 s; otherwise false. */
export const respondsOk = (url: string, headers: Record<string, string> = {}): Promise<boolean> =>
  fetch(url, { headers, signal: AbortSignal.timeout(2_000) }).then(
    async (response) => {
      await response.arrayBuffer();
      return response.ok;
    },
    () => false,
  );
