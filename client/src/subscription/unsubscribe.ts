import type { UnsubscribeAnswer } from '@tocsin/contracts';
import type { FeedSocket } from '../connection/feed-socket.ts';
import { ClientError } from '../errors.ts';
import { retryTemporaryFailures } from '../rest/retry.ts';
import { errorIn } from '../shapes.ts';

export interface UnsubscribeOptions {
  /** False if the socket is no longer in use, or if the feed has a new subscription. */
  isNeeded: () => boolean;
  report?: (error: Error) => void;
  signal: AbortSignal;
  random: () => number;
}

/**
 * Unsubscribes from a feed. Reports each refusal. Repeats the request after a temporary refusal: until the request
 * succeeds, the feed still counts toward the limit of feeds per connection.
 */
export function unsubscribe(
  socket: FeedSocket,
  feed: string,
  { isNeeded, report, ...retry }: UnsubscribeOptions,
): void {
  const attempt = async (): Promise<void> => {
    if (!isNeeded()) return;
    const response = await new Promise<UnsubscribeAnswer>((resolve) => {
      socket.emit('unsubscribe', { feed }, resolve);
    });
    if (response?.ok) return;
    const refusal = errorIn(response);
    const error = new ClientError(refusal.code, refusal.message, refusal);
    report?.(error);
    // Another attempt wouldn't change a malformed response.
    if (error.code !== 'malformed') throw error;
  };
  retryTemporaryFailures(attempt, retry).catch(() => undefined);
}
