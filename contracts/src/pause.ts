/** Resolves after `ms`, or as soon as `signal` is aborted. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal?.addEventListener('abort', end);
  });
}

/**
 * Returns the delay (ms) before retry `attempt` (the first is 0): exponential backoff with jitter. The delay doubles
 * from `first` up to `max`, and is then shortened at random by up to half. `random` returns a number from 0 to 1,
 * exclusive.
 */
export const backOff = (attempt: number, first: number, max: number, random = Math.random): number =>
  Math.min(max, first * 2 ** Math.min(attempt, 30)) * (0.5 + random() / 2);

/** Settles as `work` does, but rejects if `work` takes longer than `ms`. */
export function inTime<T>(work: T | Promise<T>, ms: number): Promise<T> {
  let timer: ReturnType<typeof setTimeout>;
  const timeout = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`It took longer than ${ms} ms.`)), ms);
  });
  return Promise.race([work, timeout]).finally(() => clearTimeout(timer));
}
