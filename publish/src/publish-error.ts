import type { Fault } from '@tocsin/contracts';

/**
 * - `refused`: the server rejected the notification. `status` and `faults` give the reason. Retrying won't help.
 * - `gave_up`: all retries failed without a definite response. The notification might still appear. Publish it again
 *   with the same `id`.
 * - `full`: too many notifications and retractions are waiting. Publish or retract this one again later.
 * - `closed`: `close()` has already been called.
 */
export type PublishErrorCode = 'refused' | 'gave_up' | 'full' | 'closed';

export interface PublishErrorDetails {
  /** The id of the notification. */
  id: string;
  /** The status of the last response, if any. */
  status?: number | undefined;
  /** The errors found by the server. Paths are relative to the notification. */
  faults?: readonly Fault[] | undefined;
  /** The last attempt's error. */
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
