import { DEFAULT_FEED, type Page } from '@tocsin/contracts';
import { callServer, type CallOptions } from './call-server.ts';
import { isPage } from '../shapes.ts';

/**
 * The newest page; with a position, the publications after or before it. `clientId` identifies a reader who is not
 * signed in.
 */
export type PageRequest = { feed?: string; limit?: number; clientId?: string } & (
  | { epoch?: never; after?: never; before?: never }
  | { epoch: string; after: number; before?: never }
  | { epoch: string; before: number; after?: never }
);

export type FetchPageOptions = CallOptions;

/**
 * Reads a page of a feed over REST from the server at `url` (in a browser, empty means the page's origin). Throws
 * `ProblemError` for an error answer, otherwise `ClientError` with the code `unreachable`, `timeout`, `aborted` or
 * `malformed`.
 */
export function fetchPage(
  url: string,
  request: PageRequest = {},
  options: FetchPageOptions = {},
): Promise<Page> {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(request))
    if (value !== undefined) query.set(name, String(value));
  return callServer(url, `/app/notifications?${query}`, undefined, options, async (response) => {
    const page: unknown = await response.json();
    if (!isPage(page)) throw new SyntaxError('The answer is not a page of a feed.');
    return { ...page, feed: request.feed ?? DEFAULT_FEED };
  });
}
