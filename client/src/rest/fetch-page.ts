import { DEFAULT_FEED, type Page } from '@tocsin/contracts';
import { callServer, queryOf, readJson, type CallOptions } from './call-server.ts';
import { isPage } from '../shapes.ts';

/**
 * Requests the newest page, or the publications before or after a position. `clientId` identifies a reader who isn't
 * signed in.
 */
export type PageRequest = { feed?: string; limit?: number; clientId?: string } & (
  | { epoch?: never; after?: never; before?: never }
  | { epoch: string; after: number; before?: never }
  | { epoch: string; before: number; after?: never }
);

export type FetchPageOptions = CallOptions;

/**
 * Fetches a feed's page over REST from the server at `url` (empty means the current origin in a browser). Throws a
 * `ProblemError` for an error response, otherwise a `ClientError` with the code `unreachable`, `timeout`, `aborted` or
 * `malformed`.
 */
export async function fetchPage(
  url: string,
  request: PageRequest = {},
  options: FetchPageOptions = {},
): Promise<Page> {
  const path = `/app/notifications${queryOf(request)}`;
  const page = await callServer(url, path, undefined, options, readJson(isPage, 'a page of a feed'));
  return { ...page, feed: request.feed ?? DEFAULT_FEED };
}
