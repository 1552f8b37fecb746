import { ProducerRefusedError } from '@tocsin/service';

/** Returns a sentence that tells the operator why a set-aside record couldn't be read or changed. */
export const unavailableReason = (error: unknown): string =>
  error instanceof ProducerRefusedError ? error.message : 'The set-aside records are unavailable right now.';
