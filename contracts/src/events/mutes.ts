import type { Severity } from '../feed/notification.ts';
import { isText, listOf } from './schema.ts';
import { serverEvent, type PayloadOf } from './server-event.ts';

/** Accepts severities added by a newer server. */
const isSeverity = (value: unknown): value is Severity => isText(value);

/** All of the reader's mutes. Sent after a change in any tab or on any device. */
export const mutesEvent = serverEvent('mutes', 'reader', {
  feeds: listOf(isText),
  severities: listOf(isSeverity),
});
export type MutesEvent = PayloadOf<typeof mutesEvent>;
