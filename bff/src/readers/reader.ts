import { clientIdSchema, type Identity } from '@tocsin/contracts';

/**
 * The reader's name: the signed-in user, otherwise the browser's `clientId`, otherwise one name for all anonymous
 * readers. An invalid `clientId`, which only a socket can send, is ignored.
 */
export function readerOf(identity: Identity | undefined, clientId: string | undefined): string {
  if (identity) return `user:${identity.sub}`;
  return clientIdSchema.safeParse(clientId).success ? `client:${clientId}` : ANONYMOUS;
}

export const ANONYMOUS = 'anonymous';
