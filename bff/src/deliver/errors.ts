import { isDamagedDocument } from '@tocsin/contracts';

/** A failure that a retry might resolve: an announcement is redelivered, and a reader's request gets a 503 response. */
export class TemporaryError extends Error {
  override name = 'TemporaryError';
}

/** The feed changed during a read, so the result must not be shown. Safe to retry immediately. */
export class ChangedError extends TemporaryError {
  override name = 'ChangedError';
}

/** A head that no version of Tocsin could have written. Blocks the feed until the head is repaired or deleted. */
export class DamagedHeadError extends TemporaryError {
  override name = 'DamagedHeadError';
}

/** A segment that no version of Tocsin could have written. */
export class DamagedSegmentError extends TemporaryError {
  override name = 'DamagedSegmentError';
}

/** Whether the error means that a feed's documents are damaged and that retrying won't help. */
export const isDamageError = (error: unknown): error is Error =>
  error instanceof DamagedHeadError || error instanceof DamagedSegmentError || isDamagedDocument(error);

/** A document that the head references is missing, so part of the feed's state was lost. */
export class LostDocumentError extends TemporaryError {
  override name = 'LostDocumentError';
  readonly key: string;

  constructor(key: string) {
    super(`${key} is missing from the state store, but the head references it`);
    this.key = key;
  }
}
