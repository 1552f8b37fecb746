import { messageOf } from '../failure.ts';

export interface ProbeResult {
  status: number;
  text: string;
  /** The `Date` header (ms since 1970), which is precise only to the second. */
  date: number | undefined;
  /** When the request was sent, according to this machine's clock. */
  sentAt: number;
  /** When the response arrived, according to this machine's clock. */
  receivedAt: number;
}

export interface ProbeOptions {
  method?: 'GET' | 'POST';
  headers?: Record<string, string>;
  body?: unknown;
  timeoutMs?: number;
}

/**
 * Response timeout (ms). Longer than the services' timeouts for their dependencies, so that their error responses still
 * arrive.
 */
const TIMEOUT_MS = 8_000;

/** Calls `url`. Returns the response, whatever the status, or a phrase that explains why there was none. */
export async function probe(url: string, options: ProbeOptions = {}): Promise<ProbeResult | string> {
  const { method = 'GET', headers = {}, body, timeoutMs = TIMEOUT_MS } = options;
  const sentAt = Date.now();
  try {
    const response = await fetch(url, {
      method,
      headers: { ...headers, ...(body !== undefined && { 'content-type': 'application/json' }) },
      signal: AbortSignal.timeout(timeoutMs),
      ...(body !== undefined && { body: JSON.stringify(body) }),
      // A redirect would send keys and tokens to another server, and turn a POST into a GET.
      redirect: method === 'GET' && Object.keys(headers).length === 0 ? 'follow' : 'manual',
    });
    if (response.status >= 300 && response.status < 400) {
      await response.body?.cancel();
      return `it redirects to ${response.headers.get('location') ?? 'another address'}. Use that address instead`;
    }
    const receivedAt = Date.now();
    const date = Date.parse(response.headers.get('date') ?? '');
    return {
      status: response.status,
      text: await response.text(),
      date: Number.isNaN(date) ? undefined : date,
      sentAt,
      receivedAt,
    };
  } catch (error) {
    return reasonOf(error, timeoutMs);
  }
}

function reasonOf(error: unknown, timeoutMs: number): string {
  if (error instanceof Error && error.name === 'TimeoutError')
    return `no response within ${timeoutMs / 1000} s`;
  // The error from fetch only states that the request failed. Its cause explains why.
  if (error instanceof Error && error.cause instanceof Error) return messageOf(error.cause) || error.message;
  return messageOf(error);
}
