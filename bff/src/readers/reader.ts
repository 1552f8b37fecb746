import { clientIdSchema, type Identity } from '@tocsin/contracts';

/**
 * The reader's name: the signed-in user, the browser's `clientId`, or a shared name for all anonymous readers. Ignores
 * an invalid `clientId`, which only a socket can send.
 */
export function readerOf(identity: Identity | undefined, clientId: string | undefined): string {
  if (identity) return `user:${identity.sub}`;
  return clientIdSchema.safeParse(clientId).success ? `client:${clientId}` : ANONYMOUS;
}

export const ANONYMOUS = 'anonymous';
