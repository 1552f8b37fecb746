/** A promise that is awaited later: if it fails before, that is met then, and does not end the process. */
export function later<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}
