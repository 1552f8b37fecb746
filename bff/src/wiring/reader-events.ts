import { pause } from '@tocsin/contracts/pause';
import type { Logger } from '@tocsin/service';
import type { Backend } from '../backend.ts';
import { SnoozeTimers } from '../readers/inbox/snooze-timers.ts';
import { ReaderEvents } from '../readers/events/reader-events.ts';
import type { Readers } from '../readers/readers.ts';
import type { Gateway } from '../socketio/gateway.ts';

/** Sends events about changed documents and ended snoozes to readers with connections on this instance. */
export function createReaderEvents(
  { states, mutes, inboxes, preferences }: Readers,
  { broadcaster: channel }: Pick<Backend, 'broadcaster'>,
  gateway: Pick<Gateway, 'hasReader' | 'sendToReader'>,
  now: () => number,
  log: Logger,
): { snoozeTimers: SnoozeTimers } {
  const connections: Pick<ConstructorParameters<typeof ReaderEvents>[0], 'channel' | 'isConnected' | 'send'> =
    {
      channel,
      isConnected: (reader) => gateway.hasReader(reader),
      send: (event) => gateway.sendToReader(event),
    };
  new ReaderEvents({
    ...connections,
    sources: {
      read: (change) => states.eventOf(change),
      mutes: ({ reader }) => mutes.read(reader),
      inbox: (change) => inboxes.eventOf(change),
      preferences: ({ reader }) => preferences.read(reader),
      // A snooze ends without a change to the document, so no read is needed.
      'snooze-due': async () => undefined,
    },
    pause,
    onError: (err) => log.warn({ err }, "cannot read a reader's changed document; retrying"),
  });
  const snoozeTimers = new SnoozeTimers({
    ...{ ...connections, inboxes, now },
    onError: (err) => log.warn({ err }, "cannot read a reader's snoozes; retrying"),
  });
  return { snoozeTimers };
}
