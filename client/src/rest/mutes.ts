import type { Mutes } from '@tocsin/contracts';
import { callServer, type CallOptions } from './call-server.ts';
import { isMutes } from '../shapes.ts';

/** What this reader has muted; throws as `fetchPage` does. `clientId` says who reads where nobody is signed in. */
export function fetchMutes(
  url: string,
  clientId: string | undefined,
  options: CallOptions = {},
): Promise<Mutes> {
  const query = clientId === undefined ? '' : `?${new URLSearchParams({ clientId })}`;
  return callServer(url, `/app/mutes${query}`, undefined, options, async (response) => {
    const mutes: unknown = await response.json();
    if (!isMutes(mutes)) throw new SyntaxError('The answer does not say what is muted.');
    return mutes;
  });
}

/** Mutes these and no others; throws as `fetchPage` does. */
export function putMutes(
  url: string,
  clientId: string | undefined,
  mutes: Mutes,
  options: CallOptions = {},
): Promise<void> {
  const body = { ...mutes, ...(clientId !== undefined && { clientId }) };
  return callServer(url, '/app/mutes', body, { ...options, method: 'PUT' }, () => undefined);
}
