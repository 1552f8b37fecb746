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

/** Matches texts of secret stores, such as `ResourceNotFoundException` of AWS, but not a DNS error's `ENOTFOUND`. */
const MISSING = /\b[Nn]ot [Ff]ound\b|NotFound(?:Exception)?\b|\bversion not exist\b/;

/**
 * Returns `undefined` if reading a secret failed because the application has no such secret, and throws any other error
 * again. Many secret stores, such as Kubernetes, report a missing secret as an error. A store that isn't loaded could
 * have the secret, so it counts as an error.
 */
export function undefinedIfMissing(error: unknown): undefined {
  const isMissing =
    error instanceof SidecarError && (error.status === NOT_ALLOWED || MISSING.test(error.message));
  if (!isMissing) throw error;
}
