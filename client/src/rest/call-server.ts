import type { Problem } from '@tocsin/contracts';
import { asError, ClientError, ProblemError } from '../errors.ts';
import { isProblem } from '../shapes.ts';
import { TIMING } from '../timing.ts';

export interface CallOptions {
  /** Timeout for the whole response in milliseconds. Default: 10,000. */
  timeoutMs?: number;
  token?: string;
  /** HTTP method. Default: POST with a body, otherwise GET. */
  method?: 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  signal?: AbortSignal;
}

/**
 * Maximum body length for `keepalive` requests. A browser completes a `keepalive` request even if the reader leaves the
 * page, for example by following the link that marks a notification as read. Browsers allow 64 KiB for all pending
 * `keepalive` requests together.
 */
const MAX_KEEPALIVE_LENGTH = 16_000;

function retryAfter(response: Response): number | undefined {
  const seconds = Number(response.headers.get('retry-after') ?? NaN);
  return Number.isFinite(seconds) ? seconds * 1000 : undefined;
}

async function problemOf(response: Response): Promise<Problem | undefined> {
  const text = await response.text();
  if (!response.headers.get('content-type')?.includes('json')) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isProblem(value) ? value : undefined;
  } catch (error) {
    // The error responses of proxies often have no problem body. Then only the status is used.
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/**
 * Checks the response to a change. Only the status 204 means that the change was saved. Any other 2xx status comes from
 * a proxy or, after a redirect, from a sign-in page.
 */
export function assertSaved({ status }: Response): void {
  if (status !== 204) throw new SyntaxError(`Not saved: status ${status}`);
}

/** Reads a response whose body is JSON and passes `isExpected`. `expected` completes "The response is not …". */
export const readJson =
  <T>(isExpected: (body: unknown) => body is T, expected: string) =>
  async (response: Response): Promise<T> => {
    const body: unknown = await response.json();
    if (!isExpected(body)) throw new SyntaxError(`The response is not ${expected}.`);
    return body;
  };

/** Returns the parameters that aren't `undefined` as a query string with `?`, or an empty string if there are none. */
export function queryOf(parameters: object): string {
  const defined = Object.entries(parameters).filter(([, value]) => value !== undefined);
  return defined.length > 0 ? `?${new URLSearchParams(defined)}` : '';
}

/**
 * Calls the server at `url` (empty means the page's origin in a browser) and parses the response with `read`. Throws a
 * `ProblemError` if the server returns an error response. Throws a `ClientError` with the code `unreachable`,
 * `timeout`, `aborted` or `malformed` for any other failure. A `SyntaxError` from `read` becomes `malformed`.
 */
export async function callServer<T>(
  url: string,
  path: string,
  body: unknown,
  { timeoutMs = TIMING.page, token, signal, method }: CallOptions,
  read: (response: Response) => T | Promise<T>,
): Promise<T> {
  const text = body === undefined ? undefined : JSON.stringify(body);
  const timeout = new AbortController();
  const abort = () => timeout.abort();
  const timer = setTimeout(abort, timeoutMs);
  signal?.addEventListener('abort', abort);
  if (signal?.aborted) abort();
  try {
    const response = await fetch(`${url.replace(/\/$/, '')}${path}`, {
      headers: {
        accept: 'application/json',
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
      },
      method: method ?? (text === undefined ? 'GET' : 'POST'),
      ...(text !== undefined && { body: text, keepalive: text.length < MAX_KEEPALIVE_LENGTH }),
      signal: timeout.signal,
    });
    if (!response.ok)
      throw new ProblemError(response.status, await problemOf(response), retryAfter(response));
    return await read(response);
  } catch (error) {
    if (error instanceof ProblemError) throw error;
    const cause = asError(error);
    if (signal?.aborted)
      throw new ClientError('aborted', 'The request was aborted.', { temporary: false, cause });
    if (timeout.signal.aborted)
      throw new ClientError('timeout', `No response within ${timeoutMs} ms.`, { temporary: true, cause });
    if (cause instanceof SyntaxError)
      throw new ClientError('malformed', cause.message, { temporary: true, cause });
    throw new ClientError('unreachable', "The server can't be reached.", { temporary: true, cause });
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
  }
}
