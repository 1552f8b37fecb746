import type { Fault } from '@tocsin/contracts';

/**
 * - `refused`: the server refuses the notification; `status` and `faults` say why. Repeating it does not help.
 * - `gave_up`: retries ended without an answer that settles it. It may appear; publish it again with `id`.
 * - `full`: too many notifications wait. Publish it again when others are accepted.
 * - `closed`: `close()` was called before.
 */
export type PublishErrorCode = 'refused' | 'gave_up' | 'full' | 'closed';

export interface PublishErrorDetails {
  /** The id of the notification. */
  id: string;
  /** The status of the last answer, if there was one. */
  status?: number | undefined;
  /** The faults that the server found, by path within the notification. */
  faults?: readonly Fault[] | undefined;
  /** The failure of the last attempt. */
  cause?: unknown;
}

/** A notification was not accepted. */
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
