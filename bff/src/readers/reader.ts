import { clientIdSchema, type Identity } from '@tocsin/contracts';

/**
 * The owner of read state and mutes: the signed-in person, else the browser's `clientId`, else all anonymous
 * readers together. An invalid name, which only a socket can send, counts as none.
 */
export function readerOf(identity: Identity | undefined, clientId: string | undefined): string {
  if (identity) return `user:${identity.sub}`;
  return clientIdSchema.safeParse(clientId).success ? `client:${clientId}` : ANONYMOUS;
}

export const ANONYMOUS = 'anonymous';
