import { isCount, isObject, type Unread } from '@tocsin/contracts';
import { callServer, queryOf, readJson, type CallOptions } from './call-server.ts';

const isUnread = (value: unknown): value is Unread =>
  isObject(value) && isCount(value['total']) && Array.isArray(value['feeds']);

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
  const path = `/app/unread${queryOf({ feed, clientId })}`;
  return callServer(url, path, undefined, options, readJson(isUnread, 'an unread count'));
}
