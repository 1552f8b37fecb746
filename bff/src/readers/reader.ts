import { clientIdSchema, type Identity } from '@tocsin/contracts';

/**
 * Whose read state and mutes count: those of the person who is signed in, else of the browser that names itself, else
 * of all others together. A name that is none, which only a socket can bring here, counts as no name.
 */
export function readerOf(identity: Identity | undefined, clientId: string | undefined): string {
  if (identity) return `user:${identity.sub}`;
  return clientIdSchema.safeParse(clientId).success ? `client:${clientId}` : ANONYMOUS;
}

export const ANONYMOUS = 'anonymous';
