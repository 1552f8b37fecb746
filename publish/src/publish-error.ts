import type { Fault } from '@tocsin/contracts';

/**
 * - `refused`: the server rejected this notification or retraction. See `status` and `faults` for the reason.
 *   A retry would not help.
 * - `gave_up`: all attempts failed without a definite response. The server might have accepted one of them.
 *   Publish the notification again with the same `id`, or retract it again.
 * - `full`: too many notifications and retractions are waiting. Publish or retract this one again later.
 * - `closed`: `close()` has already been called.
 */
export type PublishErrorCode = 'refused' | 'gave_up' | 'full' | 'closed';

export interface PublishErrorDetails {
  /** The id of the notification. */
  id: string;
  /** The status of the last response, if any. */
  status?: number | undefined;
  /** The errors that the server found. Their paths are relative to the notification. */
  faults?: readonly Fault[] | undefined;
  /** The error of the last attempt, if it got no response. */
  cause?: unknown;
}

/** Thrown when a notification or a retraction isn't accepted. */
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
