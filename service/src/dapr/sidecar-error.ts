/** Thrown if a call to the sidecar was rejected, timed out or was cut off. The call may have succeeded. */
export class SidecarError extends Error {
  override name = 'SidecarError';
  /** Dapr's error code (`ERR_…`), or `ERR_SIDECAR_UNREACHABLE` if there was no response. */
  readonly code: string;
  /** The response's HTTP status. `undefined` if there was no response. */
  readonly status: number | undefined;

  constructor(message: string, options: { code: string; status?: number; cause?: unknown }) {
    super(message, { cause: options.cause });
    this.code = options.code;
    this.status = options.status;
  }
}

/** HTTP 403: the sidecar's configuration doesn't allow access to this secret. */
const NOT_ALLOWED = 403;

/**
 * Matches secret stores' error messages, such as `ResourceNotFoundException` from AWS. Doesn't match `ENOTFOUND`, which
 * is a DNS error.
 */
const MISSING = /\b[Nn]ot [Ff]ound\b|NotFound(?:Exception)?\b|\bversion not exist\b/;

/**
 * Handles an error from reading a secret: returns `undefined` if the application has no such secret, and otherwise
 * rethrows the error. Many secret stores, such as Kubernetes, report a missing secret as an error. The error for a
 * store that isn't loaded is rethrown, because that store could contain the secret.
 */
export function undefinedIfMissing(error: unknown): undefined {
  const isMissing =
    error instanceof SidecarError && (error.status === NOT_ALLOWED || MISSING.test(error.message));
  if (!isMissing) throw error;
}
