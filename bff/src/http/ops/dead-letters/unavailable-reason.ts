import { ProducerRefusedError } from '@tocsin/service';

/** Why a set-aside record couldn't be read or changed, as a sentence for the operator. */
export const unavailableReason = (error: unknown): string =>
  error instanceof ProducerRefusedError ? error.message : 'The set-aside records are unavailable right now.';
