import { isDamagedDocument } from '@tocsin/contracts';

/** A failure that a retry may resolve: a turn answers RETRY, a reader's request gets 503. */
export class TemporaryError extends Error {
  override name = 'TemporaryError';
}

/** The feed changed during a read, so the result must not be shown. The read can be repeated at once. */
export class ChangedError extends TemporaryError {
  override name = 'ChangedError';
}

/** A head that no version can have written. Its feed is blocked until the head is repaired or deleted. */
export class DamagedHeadError extends TemporaryError {
  override name = 'DamagedHeadError';
}

/** Whether the error means that a feed's documents are damaged, so a retry does not help. */
export const isDamageError = (error: unknown): error is Error =>
  error instanceof DamagedHeadError || isDamagedDocument(error);

/** A document that the head references is missing: part of the feed's state was lost. */
export class LostDocumentError extends TemporaryError {
  override name = 'LostDocumentError';
  readonly key: string;

  constructor(key: string) {
    super(`${key} is missing from the state store, but the head references it`);
    this.key = key;
  }
}
