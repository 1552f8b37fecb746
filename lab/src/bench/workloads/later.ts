/** A promise that is awaited later. An earlier rejection does not end the process, and is thrown by the await. */
export function later<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}
