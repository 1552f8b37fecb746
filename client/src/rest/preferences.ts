import { matches, preferencesEvent, type Preferences } from '@tocsin/contracts';
import { callServer, assertSaved, type CallOptions } from './call-server.ts';

/**
 * Returns the reader's preferences. `clientId` identifies a reader who isn't signed in. Throws the same errors as
 * `fetchPage`.
 */
export function fetchPreferences(
  url: string,
  clientId: string | undefined,
  options: CallOptions = {},
): Promise<Preferences> {
  const query = clientId === undefined ? '' : `?${new URLSearchParams({ clientId })}`;
  return callServer(url, `/app/preferences${query}`, undefined, options, async (response) => {
    const preferences: unknown = await response.json();
    if (!matches(preferencesEvent.schema, preferences))
      throw new SyntaxError('The response is not a set of preferences.');
    return preferences;
  });
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
