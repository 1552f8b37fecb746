import { DEFAULT_FEED, problemSchema, type Page, type Problem } from '@tocsin/contracts';
import { asError, ClientError, ProblemError } from './errors.ts';
import { isPage } from './shapes.ts';
import { TIMING } from './timing.ts';

/** The newest page, or with a position what comes after or before it. */
export type PageRequest = { feed?: string; limit?: number } & (
  | { epoch?: never; after?: never; before?: never }
  | { epoch: string; after: number; before?: never }
  | { epoch: string; before: number; after?: never }
);

export interface FetchPageOptions {
  /** Milliseconds for the whole answer. Default: 10,000. */
  timeoutMs?: number;
  token?: string;
  signal?: AbortSignal;
}

function retryAfter(response: Response): number | undefined {
  const seconds = Number(response.headers.get('retry-after') ?? NaN);
  return Number.isFinite(seconds) ? seconds * 1000 : undefined;
}

async function problemOf(response: Response): Promise<Problem | undefined> {
  const text = await response.text();
  if (!response.headers.get('content-type')?.includes('json')) return undefined;
  try {
    return problemSchema.safeParse(JSON.parse(text)).data;
  } catch (error) {
    // A proxy's answer need not be a problem, and then its status says all there is.
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/**
 * Reads a page of a feed over REST from the server at `url` (empty in a browser: that of the page). Throws
 * `ProblemError` for an error answer, else `ClientError` with the code `unreachable`, `timeout`, `aborted` or
 * `malformed`.
 */
export async function fetchPage(
  url: string,
  request: PageRequest = {},
  options: FetchPageOptions = {},
): Promise<Page> {
  const { timeoutMs = TIMING.page, token, signal } = options;
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(request))
    if (value !== undefined) query.set(name, String(value));
  const timeout = new AbortController();
  const abort = () => timeout.abort();
  const timer = setTimeout(abort, timeoutMs);
  signal?.addEventListener('abort', abort);
  if (signal?.aborted) abort();
  try {
    const response = await fetch(`${url.replace(/\/$/, '')}/app/notifications?${query}`, {
      headers: {
        accept: 'application/json',
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
      },
      signal: timeout.signal,
    });
    if (!response.ok)
      throw new ProblemError(response.status, await problemOf(response), retryAfter(response));
    const page: unknown = await response.json();
    if (!isPage(page)) throw new SyntaxError('The answer is not a page of a feed.');
    return { ...page, feed: request.feed ?? DEFAULT_FEED };
  } catch (error) {
    if (error instanceof ProblemError) throw error;
    const cause = asError(error);
    if (signal?.aborted)
      throw new ClientError('aborted', 'The request was given up.', { temporary: false, cause });
    if (timeout.signal.aborted)
      throw new ClientError('timeout', `No answer within ${timeoutMs} ms.`, { temporary: true, cause });
    if (cause instanceof SyntaxError)
      throw new ClientError('malformed', cause.message, { temporary: true, cause });
    throw new ClientError('unreachable', 'The server cannot be reached.', { temporary: true, cause });
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
  }
}
