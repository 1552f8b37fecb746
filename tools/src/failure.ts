/**
 * An error that a person must fix. The message explains the error and the remedy in a few sentences. The command line
 * prints it without a stack trace and exits with 1.
 */
export class Failure extends Error {
  override name = 'Failure';
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** True for a system error with this code, such as `ENOENT`. */
export const hasCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code;
