import type { Problem } from '@tocsin/contracts';

/** An error that the client reports. `temporary` means that a retry might succeed. */
export class ClientError extends Error {
  readonly code: string;
  readonly temporary: boolean;

  constructor(code: string, message: string, options: { temporary: boolean; cause?: unknown }) {
    super(message, { cause: options.cause });
    this.name = 'ClientError';
    this.code = code;
    this.temporary = options.temporary;
  }
}

/**
 * An error response from the server. `code` is the problem's code, or `http_<status>` if the response has no problem
 * body.
 */
export class ProblemError extends ClientError {
  readonly status: number;
  readonly problem: Problem | undefined;
  /** The server's `Retry-After` in milliseconds. */
  readonly retryAfterMs: number | undefined;

  constructor(status: number, problem: Problem | undefined, retryAfterMs: number | undefined) {
    super(problem?.code ?? `http_${status}`, problem?.detail ?? `The server responded with ${status}.`, {
      temporary: status === 429 || status >= 500,
    });
    this.name = 'ProblemError';
    this.status = status;
    this.problem = problem;
    this.retryAfterMs = retryAfterMs;
  }
}

/** Returns the error for a failed call to the application's `getToken`. */
export function tokenError(thrown: unknown): ClientError {
  const cause = asError(thrown);
  return new ClientError('no_token', `Couldn't get a token: ${cause.message}`, { temporary: true, cause });
}

export const asError = (thrown: unknown): Error =>
  thrown instanceof Error ? thrown : new Error(String(thrown), { cause: thrown });
