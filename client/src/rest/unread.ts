import { isCount, isObject, type Unread } from '@tocsin/contracts';
import { callServer, type CallOptions } from './call-server.ts';

/**
 * Counts unread notifications in a feed or, by default, in `all` and every feed named in the token. Throws the same
 * errors as `fetchPage`.
 */
export function fetchUnread(
  url: string,
  clientId: string | undefined,
  feed?: string,
  options: CallOptions = {},
): Promise<Unread> {
  const given = Object.entries({ feed, clientId }).filter(([, value]) => value !== undefined);
  const query = new URLSearchParams(given as [string, string][]);
  return callServer(url, `/app/unread?${query}`, undefined, options, async (response) => {
    const answer: unknown = await response.json();
    if (!isObject(answer) || !isCount(answer['total']) || !Array.isArray(answer['feeds']))
      throw new SyntaxError('The response is not an unread count.');
    return answer as unknown as Unread;
  });
}
