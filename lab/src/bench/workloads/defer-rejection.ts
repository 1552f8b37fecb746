/**
 * Use this for a promise that is awaited later. If the promise rejects before that, the process keeps running, and the
 * later `await` throws the error.
 */
export function deferRejection<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}
