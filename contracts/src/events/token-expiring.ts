import { isCount } from './schema.ts';
import { serverEvent, type PayloadOf } from './server-event.ts';

/**
 * The token is about to expire. When it expires, the server closes the connection, unless the client has sent a new
 * token in a `token` request.
 */
export const tokenExpiringEvent = serverEvent('token-expiring', 'connection', { expiresInMs: isCount });
export type TokenExpiringEvent = PayloadOf<typeof tokenExpiringEvent>;
