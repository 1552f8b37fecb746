import type { Receipt } from './document.ts';

/**
 * Steps that can fail. `list-unsent` reads the unsent fallbacks or updates the index of unsent fallbacks.
 * `close-unsent` resends or dismisses some of them.
 */
export type FallbackStepName =
  | 'settle'
  | 'publish-receipt'
  | 'list-unsent'
  | 'close-unsent'
  | 'replace'
  | 'read-document'
  | 'find-position'
  | 'forget-devices';

/** Receives fallback events. Methods must not throw. */
export interface FallbackObserver {
  registered(count: number): void;
  ended(receipts: readonly Receipt[]): void;
  /** The channel couldn't send the message, or we don't know whether it did. */
  unavailable(via: string, reason: string): void;
  /**
   * A step failed. `publish-receipt` is retried later, and `settle` is tried up to five times in total. After a failed
   * `replace` or `find-position`, the feed's history is checked when the fallback is due, to decide whether to send it.
   * After a failed `read-document`, the turn continues without the reader's damaged document. After a failed
   * `forget-devices`, the push service reports the same devices for the next message.
   */
  failed(step: FallbackStepName, error: unknown): void;
}
