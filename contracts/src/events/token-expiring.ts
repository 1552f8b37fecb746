import { isCount } from './schema.ts';
import { serverEvent, type PayloadOf } from './server-event.ts';

/** The token is about to expire. The connection ends with it unless the client sends another in a `token` event. */
export const tokenExpiringEvent = serverEvent('token-expiring', 'connection', { expiresInMs: isCount });
export type TokenExpiringEvent = PayloadOf<typeof tokenExpiringEvent>;
