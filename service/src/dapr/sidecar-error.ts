/** A call to the sidecar whose outcome is not known to be good: refused, timed out, broken off. */
export class SidecarError extends Error {
  override name = 'SidecarError';
  /** Dapr's error code (`ERR_…`), or `ERR_SIDECAR_UNREACHABLE` when there was no answer. */
  readonly code: string;
  /** HTTP status of the answer; absent when there was none. */
  readonly status: number | undefined;

  constructor(message: string, options: { code: string; status?: number; cause?: unknown }) {
    super(message, { cause: options.cause });
    this.code = options.code;
    this.status = options.status;
  }
}
