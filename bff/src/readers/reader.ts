import { clientIdSchema, type Identity } from '@tocsin/contracts';

/**
 * Returns the reader's name: the signed-in user, otherwise the browser's `clientId`, otherwise a shared name for all
 * anonymous readers. Ignores invalid `clientId`s, which only sockets can send.
 */
export function readerOf(identity: Identity | undefined, clientId: string | undefined): string {
  if (identity) return `user:${identity.sub}`;
  return clientIdSchema.safeParse(clientId).success ? `client:${clientId}` : ANONYMOUS;
}

export const ANONYMOUS = 'anonymous';
