import type { Receipt } from './document.ts';

/** Receives the events of fallbacks. Its methods must not throw. */
export interface FallbackObserver {
  registered(count: number): void;
  ended(receipts: readonly Receipt[]): void;
  /** The channel could not send; the message is sent later. */
  unavailable(via: string, reason: string): void;
  /** A step failed and will be retried. */
  failed(step: 'settle' | 'publish-receipt', error: unknown): void;
}
