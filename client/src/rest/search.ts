import { isObject, type SearchAnswer, type SearchState, type Severity } from '@tocsin/contracts';
import { callServer, readJson, type CallOptions } from './call-server.ts';

/** Search criteria. A notification must match all of them. */
export interface SearchRequest {
  /** Words that must all occur in the title, body, source, category or action labels. Ignores case and accents. */
  q?: string;
  /** Which notifications to search. Default: `any`, including archived and snoozed notifications. */
  state?: SearchState;
  /**
   * The feeds to search. Default: `all` and, with a token, the reader's user feed and the topics that the token lists
   * by name.
   */
  feeds?: readonly string[];
  /**
   * Severities to search for. A notification matches if it has any of them. The same applies to `categories` and
   * `sources`.
   */
  severities?: readonly Severity[];
  categories?: readonly string[];
  /** Names that contain a comma aren't supported. */
  sources?: readonly string[];
  /** Maximum number of items, from 1 to 200. Default: 50. */
  limit?: number;
  /** The cursor from the previous response. The search continues there. */
  cursor?: string;
}

const isSearchAnswer = (value: unknown): value is SearchAnswer =>
  isObject(value) && Array.isArray(value['items']) && typeof value['more'] === 'boolean';

/**
 * Searches the server's history, newest notifications first. Each call covers only a part of the history. While `more`
 * is true, call again with the returned `cursor`, even if there were no results. Throws the same errors as `fetchPage`.
 */
export function searchNotifications(
  url: string,
  clientId: string | undefined,
  request: SearchRequest,
  options: CallOptions = {},
): Promise<SearchAnswer> {
  const { feeds = [], severities, sources, categories, state = 'any', ...rest } = request;
  const query = new URLSearchParams({ state });
  const lists = { severity: severities, source: sources, category: categories };
  for (const feed of feeds) query.append('feed', feed);
  for (const [name, list] of Object.entries(lists)) if (list?.length) query.set(name, list.join());
  for (const [name, value] of Object.entries({ ...rest, clientId }))
    if (value !== undefined && value !== '') query.set(name, String(value));
  const path = `/app/notifications?${query}`;
  return callServer(url, path, undefined, options, readJson(isSearchAnswer, 'a search result'));
}
