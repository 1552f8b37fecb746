import type { Mutes } from '@tocsin/contracts';
import { callServer, assertSaved, type CallOptions } from './call-server.ts';
import { isMutes } from '../shapes.ts';

/**
 * Returns the reader's mutes. `clientId` identifies a reader who isn't signed in. Throws the same errors as
 * `fetchPage`.
 */
export function fetchMutes(
  url: string,
  clientId: string | undefined,
  options: CallOptions = {},
): Promise<Mutes> {
  const query = clientId === undefined ? '' : `?${new URLSearchParams({ clientId })}`;
  return callServer(url, `/app/mutes${query}`, undefined, options, async (response) => {
    const mutes: unknown = await response.json();
    if (!isMutes(mutes)) throw new SyntaxError('The response is not a list of mutes.');
    return mutes;
  });
}

/** Replaces the reader's mutes. Throws the same errors as `fetchPage`. */
export function putMutes(
  url: string,
  clientId: string | undefined,
  mutes: Mutes,
  options: CallOptions = {},
): Promise<void> {
  const body = { ...mutes, ...(clientId !== undefined && { clientId }) };
  return callServer(url, '/app/mutes', body, { ...options, method: 'PUT' }, assertSaved);
}
