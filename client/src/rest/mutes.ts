import type { Mutes } from '@tocsin/contracts';
import { callServer, queryOf, readJson, assertSaved, type CallOptions } from './call-server.ts';
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
  const path = `/app/mutes${queryOf({ clientId })}`;
  return callServer(url, path, undefined, options, readJson(isMutes, 'a list of mutes'));
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
