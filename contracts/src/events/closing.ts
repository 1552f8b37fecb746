import { isText } from './schema.ts';
import { serverEvent, type PayloadOf } from './server-event.ts';

/** The server is closing this connection. `code` is the reason. */
export const closingEvent = serverEvent('closing', 'connection', { code: isText, message: isText });
export type ClosingEvent = PayloadOf<typeof closingEvent>;
