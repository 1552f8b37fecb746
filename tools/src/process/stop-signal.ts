/**
 * Returns a signal that aborts on the first SIGINT, SIGTERM or SIGHUP, or when the parent process has exited. Later
 * signals have no effect.
 */
export function onStopSignal(): AbortSignal {
  const controller = new AbortController();
  const abort = () => controller.abort();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, abort);
  process.once('disconnect', abort);
  return controller.signal;
}

/** Thrown if a signal stopped the work. */
export class Stopped extends Error {
  override name = 'Stopped';
}

/** Resolves when `signal` aborts. */
export const whenAborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });

/** Returns the result of `work`. @throws Stopped if the signal aborts first */
export async function unlessStopped<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  const done = new AbortController();
  const stop = new Promise<never>((_, reject) => {
    const rejectStopped = () => reject(new Stopped('Stopped.'));
    if (signal.aborted) rejectStopped();
    else signal.addEventListener('abort', rejectStopped, { once: true, signal: done.signal });
  });
  try {
    return await Promise.race([work, stop]);
  } finally {
    // A long-running command waits on the same signal repeatedly, so remove the listener after each wait.
    done.abort();
  }
}
