import type { Preferences } from '@tocsin/contracts';
import { callServer, queryOf, readJson, assertSaved, type CallOptions } from './call-server.ts';
import { isPreferences } from '../shapes.ts';

/**
 * Returns the reader's preferences. `clientId` identifies a reader who isn't signed in. Throws the same errors as
 * `fetchPage`.
 */
export function fetchPreferences(
  url: string,
  clientId: string | undefined,
  options: CallOptions = {},
): Promise<Preferences> {
  const path = `/app/preferences${queryOf({ clientId })}`;
  return callServer(url, path, undefined, options, readJson(isPreferences, 'a set of preferences'));
}

/** Changes only the given preferences. Throws the same errors as `fetchPage`. */
export function changePreferences(
  url: string,
  clientId: string | undefined,
  change: Partial<Preferences>,
  options: CallOptions = {},
): Promise<void> {
  const body = { ...change, ...(clientId !== undefined && { clientId }) };
  return callServer(url, '/app/preferences', body, { ...options, method: 'PATCH' }, assertSaved);
}
