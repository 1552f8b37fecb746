import type { SendResult } from './channel.ts';

/** Time limit for a single send through a channel, in ms. */
export const SEND_TIMEOUT_MS = 30_000;

/** Maximum length of a reason in characters, because reasons may quote untrusted responses. */
const MAX_REASON = 300;

/** An error's message as one line of limited length, without control characters. */
export function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message || error.name : String(error);
  // oxlint-disable-next-line no-control-regex -- finding control characters is the purpose
  const line = text.replace(/[\s\u0000-\u001f\u007f-\u009f]+/g, ' ').trim();
  return line.length > MAX_REASON ? `${line.slice(0, MAX_REASON)}…` : line;
}

/**
 * Runs a send so that it never rejects and settles within `timeoutMs`. On a timeout, `signal` aborts and the result of
 * `onTimeout` is returned. An error that `send` throws becomes `refused`: its cause is the message, not the network.
 */
export async function settled(
  timeoutMs: number,
  onTimeout: () => SendResult,
  send: (signal: AbortSignal) => Promise<SendResult>,
): Promise<SendResult> {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<SendResult>((resolve) => {
    timer = setTimeout(() => {
      const result = onTimeout();
      controller.abort();
      resolve(result);
    }, timeoutMs);
  });
  try {
    return await Promise.race([send(controller.signal), late]);
  } catch (error) {
    return { outcome: 'refused', reason: reasonOf(error) };
  } finally {
    clearTimeout(timer);
  }
}
