/**
 * Marks a promise that is awaited later. If it rejects before then, the process keeps running, and the await throws.
 */
export function awaitedLater<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}
