import { backOff, pause } from '@tocsin/contracts/pause';
import type { Fault } from '@tocsin/contracts';
import { textOf } from './error-body.ts';
import type { PublisherOptions } from './types.ts';

const FIRST_PAUSE_MS = 200;
const MAX_PAUSE_MS = 10_000;
/**
 * The status that the producer returns when it accepts a request. Any other 2xx status comes from a proxy or a sign-in
 * page.
 */
const ACCEPTED = 202;
/** The producer returns 408 if a request arrives too slowly. A sidecar returns 500 if it cannot reach the producer. */
const isTemporary = (status: number): boolean => status === 408 || status === 429 || status >= 500;

/**
 * The publisher uses these two members of a problem document. It validates both, because any server could have sent
 * the response.
 */
export interface Refusal {
  detail: string;
  errors: Fault[];
}

/**
 * How a request ended: it was accepted, it was rejected for the reason in `problem` (`refused`), or all attempts failed
 * (`gave_up`).
 */
export type Outcome =
  | { kind: 'accepted' }
  | { kind: 'refused'; status: number; problem: Refusal }
  | { kind: 'gave_up'; status?: number; cause?: unknown };

export interface Request {
  method: 'POST' | 'DELETE';
  path: string;
  body?: string;
}

/**
 * Retries a request until it is accepted or rejected. Gives up `giveUpAfterMs` after `since` (a value of
 * `performance.now()`). Sends the request at least once. Never rejects.
 */
export async function sendUntilSettled(
  options: PublisherOptions & { giveUpAfterMs: number },
  request: Request,
  since = performance.now(),
): Promise<Outcome> {
  const end = since + options.giveUpAfterMs;
  for (let attempt = 0; ; attempt++) {
    const { outcome, retryAfterMs = 0 } = await sendOnce(options, request);
    if (outcome.kind !== 'gave_up') return outcome;
    const wait = Math.max(backOff(attempt, FIRST_PAUSE_MS, MAX_PAUSE_MS), retryAfterMs);
    if (performance.now() + wait > end) return outcome;
    await pause(wait);
  }
}

interface Attempt {
  outcome: Outcome;
  retryAfterMs?: number;
}

async function sendOnce(options: PublisherOptions, { method, path, body }: Request): Promise<Attempt> {
  const { url, apiKey, headers, requestTimeoutMs = 10_000, fetch: send = fetch } = options;
  try {
    const response = await send(`${url.replace(/\/$/, '')}${path}`, {
      method,
      headers: {
        ...headers,
        ...(apiKey !== undefined && { 'x-api-key': apiKey }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body }),
      // Do not follow a redirect: it would turn the POST into a GET and send the key to another server.
      redirect: 'manual',
      signal: AbortSignal.timeout(requestTimeoutMs),
    });
    const { status } = response;
    if (isTemporary(status)) {
      await response.body?.cancel();
      return { outcome: { kind: 'gave_up', status }, retryAfterMs: retryAfterOf(response) };
    }
    if (status === ACCEPTED) {
      await response.body?.cancel();
      return { outcome: { kind: 'accepted' } };
    }
    if (isRedirect(response)) {
      await response.body?.cancel();
      return { outcome: { kind: 'refused', status, problem: redirectProblem(url, response) } };
    }
    return { outcome: { kind: 'refused', status, problem: await problemOf(response) } };
  } catch (cause) {
    return { outcome: { kind: 'gave_up', cause } };
  }
}

/** Returns `Retry-After` in milliseconds, or 0 if it is missing or a date. */
const retryAfterOf = ({ headers }: Response): number => (Number(headers.get('retry-after')) || 0) * 1_000;

/** Returns whether the response is a redirect. Browsers hide the status and the target of a redirect. */
const isRedirect = ({ status, type }: Response): boolean =>
  (status >= 300 && status < 400) || type === 'opaqueredirect';

function redirectProblem(url: string, { status, headers }: Response): Refusal {
  const location = headers.get('location')?.slice(0, 200) ?? 'another address';
  const detail = `${url} redirects to ${location} (status ${status}), but redirects aren't followed. Set \`url\` to the producer's own address.`;
  return { detail, errors: [] };
}

async function problemOf(response: Response): Promise<Refusal> {
  const text = await textOf(response);
  const unexpected = response.ok ? `, not ${ACCEPTED}. Check that \`url\` is the producer's address` : '';
  const received = `The server returned status ${response.status}${unexpected}`;
  try {
    const problem: unknown = JSON.parse(text);
    if (isObject(problem)) {
      const { detail, errors } = problem;
      const reason = typeof detail === 'string' ? detail : `${received}.`;
      return { detail: reason, errors: faultsIn(errors) };
    }
  } catch {
    // The response is not a problem document, so it does not come from a producer.
  }
  return { detail: `${received}: ${text.slice(0, 200)}`, errors: [] };
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

/** Returns the listed errors. Ignores entries in other formats, because the document might come from a proxy. */
const faultsIn = (errors: unknown): Fault[] =>
  (Array.isArray(errors) ? errors : []).filter(
    (fault): fault is Fault =>
      isObject(fault) && typeof fault['path'] === 'string' && typeof fault['message'] === 'string',
  );
