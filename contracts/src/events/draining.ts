import { isCount } from './schema.ts';
import { serverEvent, type PayloadOf } from './server-event.ts';

/** The instance is about to stop: connect again, to any instance, after this many milliseconds. */
export const drainingEvent = serverEvent('draining', 'connection', { reconnectAfterMs: isCount });
export type DrainingEvent = PayloadOf<typeof drainingEvent>;
