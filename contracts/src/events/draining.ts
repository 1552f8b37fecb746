import { isCount } from './schema.ts';
import { serverEvent, type PayloadOf } from './server-event.ts';

/** The instance is about to stop. Reconnect to any instance after `reconnectAfterMs`. */
export const drainingEvent = serverEvent('draining', 'connection', { reconnectAfterMs: isCount });
export type DrainingEvent = PayloadOf<typeof drainingEvent>;
