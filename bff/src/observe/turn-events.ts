import type { Logger } from '@tocsin/service';
import type { TurnEvents } from '../deliver/take.ts';
import type { BffMetrics } from './metrics.ts';

/** Tells the log and the metrics what turns report. */
export const observeTurns = (log: Logger, metrics: BffMetrics): TurnEvents => ({
  lossNoticed(feed, reason) {
    metrics.epochsBegun.inc({ reason: reason.replaceAll(' ', '_') });
    log.error({ feed, reason }, 'the store lost part of a feed; a new epoch begins');
  },
  appended(feed, published, suppressed) {
    metrics.published.inc(published);
    metrics.suppressed.inc(suppressed);
    log.debug({ feed, published, suppressed }, 'committed, claimed, broadcast');
  },
  setAside({ entry, feed, reason, faults }) {
    metrics.setAside.inc({ reason });
    log.error({ entry, feed, reason, faults }, 'an entry was set aside');
  },
});
