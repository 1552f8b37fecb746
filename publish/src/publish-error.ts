import type { Fault } from '@tocsin/contracts';

/**
 * - `refused`: the server rejected the notification; `status` and `faults` say why. Retrying does not help.
 * - `gave_up`: retries ended without a definite response. The notification may still appear; publish it again with
 *   `id`.
 * - `full`: too many notifications are waiting. Publish it again when others have been accepted.
 * - `closed`: `close()` was called earlier.
 */
export type PublishErrorCode = 'refused' | 'gave_up' | 'full' | 'closed';

export interface PublishErrorDetails {
  /** The id of the notification. */
  id: string;
  /** The status of the last response, if there was one. */
  status?: number | undefined;
  /** The errors that the server found, with paths relative to the notification. */
  faults?: readonly Fault[] | undefined;
  /** The error of the last attempt. */
  cause?: unknown;
}

/** Thrown when a notification was not accepted. */
export class PublishError extends Error {
  override readonly name = 'PublishError';
  readonly code: PublishErrorCode;
  readonly id: string;
  readonly status: number | undefined;
  readonly faults: readonly Fault[];

  constructor(code: PublishErrorCode, message: string, { id, status, faults, cause }: PublishErrorDetails) {
    super(message, { cause });
    this.code = code;
    this.id = id;
    this.status = status;
    this.faults = faults ?? [];
  }
}
