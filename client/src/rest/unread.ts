import { isCount, isObject, type Unread } from '@tocsin/contracts';
import { callServer, type CallOptions } from './call-server.ts';

/**
 * Counts unread notifications in a feed. By default, counts them in `all` and, with a token, in the reader's user feed
 * and the topics that the token lists by name. Throws the same errors as `fetchPage`.
 */
export function fetchUnread(
  url: string,
  clientId: string | undefined,
  feed?: string,
  options: CallOptions = {},
): Promise<Unread> {
  const parameters = Object.entries({ feed, clientId }).filter(([, value]) => value !== undefined);
  const query = new URLSearchParams(parameters as [string, string][]);
  return callServer(url, `/app/unread?${query}`, undefined, options, async (response) => {
    const count: unknown = await response.json();
    if (!isObject(count) || !isCount(count['total']) || !Array.isArray(count['feeds']))
      throw new SyntaxError('The response is not an unread count.');
    return count as unknown as Unread;
  });
}
