import { matchesPattern, SOCKET_PATH } from '@tocsin/contracts';
import { inTime } from '@tocsin/contracts/pause';
import { TIMING } from '../timing.ts';
import type { NotificationClientOptions } from '../types.ts';
import { MESSAGES_VERSION } from './messages.ts';

export interface Group {
  /** Identifies a group of tabs that share a connection. */
  readonly name: string;
  /** Options for the connection. Without `tabs.group`, `getToken` rejects if the token is for another reader. */
  readonly options: NotificationClientOptions;
}

/** Returns the claims of a token, or an empty object if the token can't be read. */
function claimsOf(token: string | undefined): Readonly<Record<string, unknown>> {
  const payload = (token?.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/');
  try {
    return Object(JSON.parse(atob(payload))) as Readonly<Record<string, unknown>>;
  } catch {
    // Only the server validates tokens. The client might not be able to read them.
    return {};
  }
}

/**
 * Returns the issuer and subject of the token, which identify the reader. Returns an empty string without a token, and
 * `undefined` if the token can't be read.
 */
export function identityOf(token: string | undefined): string | undefined {
  if (token === undefined) return '';
  const { iss = null, sub } = claimsOf(token);
  return typeof sub === 'string' ? JSON.stringify([iss, sub]) : undefined;
}

/** Whether the token from `getToken` lists the feed. False if `getToken` fails. */
export async function isInToken(feed: string, { getToken }: NotificationClientOptions): Promise<boolean> {
  try {
    const { feeds } = claimsOf(await inTime(getToken?.(), TIMING.token));
    return [feeds].flat().some((pattern) => matchesPattern(`topic:${String(pattern)}`, feed));
  } catch {
    return false;
  }
}

/**
 * Returns the tab's group, which consists of all tabs with the same server, `clientId` and reader. `tabs.group`
 * identifies the reader. Without it, the token does. Returns `undefined` if the reader is unknown. The tab then doesn't
 * share a connection. Rejects if `getToken` rejects.
 */
export async function groupOf(
  options: NotificationClientOptions,
  origin: string,
): Promise<Group | undefined> {
  const { url, path = SOCKET_PATH, clientId = '', getToken, tabs } = options;
  const groupName = typeof tabs === 'object' ? tabs.group : undefined;
  const identity =
    groupName === undefined && getToken ? identityOf(await inTime(getToken(), TIMING.page)) : '';
  if (identity === undefined) return undefined;
  // The opaque origin (`null`) of some documents, such as `srcdoc` documents, is not a valid base URL.
  const server = new URL(path, new URL(url, origin === 'null' ? undefined : origin)).href;
  const name = `tocsin ${JSON.stringify([MESSAGES_VERSION, server, clientId, groupName ?? null, identity])}`;
  if (groupName !== undefined || !getToken) return { name, options };
  const ownToken = async () => {
    const token = await getToken();
    if (identityOf(token) === identity) return token;
    throw new Error('The token is for another reader. Close this client and create a new one.');
  };
  return { name, options: { ...options, getToken: ownToken } };
}
