/**
 * A fault that a person must fix. The message names the fault and the remedy in a few sentences. The command line prints
 * it without a stack trace and exits with 1.
 */
export class Failure extends Error {
  override name = 'Failure';
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** True for a system error with this code, such as `ENOENT`. */
export const hasCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code;
