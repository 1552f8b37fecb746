import { isObject, type SearchAnswer, type SearchState, type Severity } from '@tocsin/contracts';
import { callServer, type CallOptions } from './call-server.ts';

/** What is searched for. Everything that is given must hold. */
export interface SearchRequest {
  /** Words that all occur in title, body, source, category or an action; case and accents do not count. */
  q?: string;
  /** Default: any, also what is archived or snoozed. */
  state?: SearchState;
  /** Default: all feeds that the token names, and `all`. */
  feeds?: readonly string[];
  /** Any of these. */
  severities?: readonly Severity[];
  categories?: readonly string[];
  /** A name with a comma cannot be searched for. */
  sources?: readonly string[];
  /** Items at most, 1 to 200. Default: 50. */
  limit?: number;
  /** Of the answer before, to go on. */
  cursor?: string;
}

/**
 * Searches what the server's history holds, the newest first; throws as `fetchPage` does. One call looks at a bounded
 * part: with `more` it is to be repeated with the `cursor`, also if it has found nothing.
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
  return callServer(url, `/app/notifications?${query}`, undefined, options, async (response) => {
    const answer: unknown = await response.json();
    if (!isObject(answer) || !Array.isArray(answer['items']) || typeof answer['more'] !== 'boolean')
      throw new SyntaxError('The answer is not that of a search.');
    return answer as unknown as SearchAnswer;
  });
}
