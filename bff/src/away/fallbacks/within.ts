import { TemporaryError } from '../../deliver/errors.ts';

/** Settles like `work`. If `work` takes longer than `ms`, returns the result of `onTimeout` or throws its error. */
export async function settleBy<T>(ms: number, work: Promise<T>, onTimeout: () => T): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const end = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  try {
    return await Promise.race([work, end.then(onTimeout)]);
  } finally {
    clearTimeout(timer);
  }
}

/** Settles like `work`, but rejects after `ms`. `what` completes the error message: `<what> took longer than …`. */
export const within = <T>(ms: number, what: string, work: Promise<T>): Promise<T> =>
  settleBy(ms, work, () => {
    throw new TemporaryError(`${what} took longer than ${ms} ms`);
  });
