/**
 * A fault that a person must fix. The message says in one or a few sentences what is wrong and what to do;
 * the command line prints it without a stack trace and exits with 1.
 */
export class Failure extends Error {
  override name = 'Failure';
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** True for an error of the system with this code, as `ENOENT`. */
export const hasCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code;
