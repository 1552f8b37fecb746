import { SOCKET_PATH } from '@tocsin/contracts';
import { inTime } from '@tocsin/contracts/pause';
import { TIMING } from '../timing.ts';
import type { NotificationClientOptions } from '../types.ts';
import { MESSAGES_VERSION } from './messages.ts';

export interface Group {
  /** Identifies a group of tabs that share a connection. */
  readonly name: string;
  /** Options for the connection. `getToken` returns only tokens for this group's reader. */
  readonly options: NotificationClientOptions;
}

/** The claims of a token. Empty if the token can't be read. */
function claimsOf(token: string | undefined): Readonly<Record<string, unknown>> {
  try {
    const payload = token?.split('.')[1] ?? '';
    const claims: unknown = JSON.parse(atob(payload.replaceAll('-', '+').replaceAll('_', '/')));
    return typeof claims === 'object' && claims !== null ? { ...claims } : {};
  } catch (error) {
    // Only the server validates tokens. They can be opaque to the client.
    if (error instanceof SyntaxError || error instanceof DOMException) return {};
    throw error;
  }
}

/** The token's reader: issuer and subject. Empty without a token, `undefined` if the token can't be read. */
export function identityOf(token: string | undefined): string | undefined {
  if (token === undefined) return '';
  const { iss = null, sub } = claimsOf(token);
  return typeof sub === 'string' ? JSON.stringify([iss, sub]) : undefined;
}

/**
 * Returns a tab's group: the server, the browser's `clientId`, and the option, or the token's reader and feeds. Returns
 * `undefined` if the reader is unknown. The tab then doesn't share a connection. Rejects if `getToken` rejects.
 */
export async function groupOf(
  options: NotificationClientOptions,
  origin: string,
): Promise<Group | undefined> {
  const { url, path = SOCKET_PATH, clientId = '', getToken, tabs } = options;
  const named = typeof tabs === 'object' ? tabs.group : undefined;
  const first = named === undefined && getToken ? await inTime(getToken(), TIMING.page) : undefined;
  const identity = identityOf(first);
  if (identity === undefined) return undefined;
  const server = new URL(path, new URL(url, origin)).href;
  // With another tab's token, the server could refuse feeds that this tab's token permits.
  const key = [MESSAGES_VERSION, server, clientId, named ?? null, identity, claimsOf(first)['feeds']];
  const name = `tocsin ${JSON.stringify(key)}`;
  if (named !== undefined || !getToken) return { name, options };
  const ownToken = async () => {
    const token = await getToken();
    if (identityOf(token) === identity) return token;
    throw new Error('The token is for another reader. Close this client and create a new one.');
  };
  return { name, options: { ...options, getToken: ownToken } };
}
