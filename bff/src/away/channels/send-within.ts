import type { SendResult } from './channel.ts';

/** Time limit for sending a message (ms). */
export const SEND_TIMEOUT_MS = 30_000;

/** Maximum reason length in characters. Reasons can quote untrusted responses. */
const MAX_REASON = 300;

/** Returns the error message as a single line, truncated and without control characters. */
export function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message || error.name : String(error);
  // oxlint-disable-next-line no-control-regex -- matching control characters is intentional
  const line = text.replace(/[\s\u0000-\u001f\u007f-\u009f]+/g, ' ').trim();
  return line.length > MAX_REASON ? `${line.slice(0, MAX_REASON)}…` : line;
}

/**
 * Runs `send` with a time limit. Never rejects. On a timeout, aborts `signal` and resolves with the result of
 * `onTimeout`. If `send` rejects, the result is `refused`, so `send` must handle network errors itself.
 */
export async function sendWithin(
  timeoutMs: number,
  onTimeout: () => SendResult,
  send: (signal: AbortSignal) => Promise<SendResult>,
): Promise<SendResult> {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<SendResult>((resolve) => {
    timer = setTimeout(() => {
      const result = onTimeout();
      controller.abort();
      resolve(result);
    }, timeoutMs);
  });
  try {
    return await Promise.race([send(controller.signal), timeout]);
  } catch (error) {
    return { outcome: 'refused', reason: reasonOf(error) };
  } finally {
    clearTimeout(timer);
  }
}
