import type { SendResult } from '../channel.ts';
import { reasonOf, SEND_TIMEOUT_MS, sendWithin } from '../send-within.ts';

/**
 * Invokes a Dapr output binding. Rejects with the sidecar's error message if the sidecar or the binding fails. The
 * binding gets the data as JSON in the form that `wireJson` returns.
 */
export type Invoke = (
  binding: string,
  operation: string,
  data: unknown,
  metadata: Readonly<Record<string, string>>,
) => Promise<unknown>;

/**
 * Prepares a message and invokes a binding with it. Never rejects, and settles within the time limit. If `prepare`
 * throws, the message itself is invalid, so the result is `refused`.
 */
export const sendThrough = (prepare: () => () => Promise<unknown>): Promise<SendResult> =>
  sendWithin(
    SEND_TIMEOUT_MS,
    () => ({ outcome: 'unknown', reason: `The sidecar took longer than ${SEND_TIMEOUT_MS} ms` }),
    async () => {
      const invocation = prepare();
      try {
        await invocation();
        return { outcome: 'sent' };
      } catch (error) {
        return resultOfError(error);
      }
    },
  );

/** Matches the status code in the error message that `bindings.http` returns for a response other than 2xx. */
const STATUS = /received status code (\d{3})/;

/** Error messages from Go's network library, Node and the sidecar for failures before anything was sent. */
export const NOT_SENT =
  /connection refused|ECONNREFUSED|no such host|no route to host|network is unreachable|x509: |couldn't find output binding|ERR_INVOKE_OUTPUT_BINDING_NOT_FOUND/;

/** Response statuses that mean "not processed, retry later". */
const RETRYABLE = new Set([408, 425, 429, 503]);

function resultOfError(error: unknown): SendResult {
  const reason = reasonOf(error);
  const status = Number(STATUS.exec(reason)?.[1]);
  if (status >= 300 && status < 500 && !RETRYABLE.has(status)) return { outcome: 'refused', reason };
  if (RETRYABLE.has(status) || NOT_SENT.test(reason)) return { outcome: 'unavailable', reason };
  // After any other error, including other 5xx responses, the request might have been processed.
  return { outcome: 'unknown', reason };
}
