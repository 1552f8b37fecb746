import type { Logger } from '@tocsin/service';
import type { TurnEvents } from './deliver/take.ts';

/** Writes what turns report into the log. */
export const logTurnEvents = (log: Logger): TurnEvents => ({
  lossNoticed: (feed, reason) =>
    log.error({ feed, reason }, 'the store lost part of a feed; a new epoch begins'),
  appended: (feed, published, suppressed) =>
    log.debug({ feed, published, suppressed }, 'committed, claimed, broadcast'),
  setAside: ({ entry, feed, reason, faults }) =>
    log.error({ entry, feed, reason, faults }, 'an entry was set aside'),
});
