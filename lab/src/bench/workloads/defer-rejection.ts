/**
 * Marks a promise that is awaited later. If it rejects before then, the process keeps running, and the await throws.
 */
export function deferRejection<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}
