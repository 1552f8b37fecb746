import { withTrace, type Logger } from '@tocsin/service';
import type { BffMetrics } from './metrics.ts';
import type { TurnEvents } from '../deliver/turn/turn.ts';
import { lastEntryKey, loggedIds } from './log-names.ts';

export const observeTurns = (log: Logger, metrics: BffMetrics): TurnEvents => ({
  lossDetected(feed, reason) {
    metrics.lossesDetected.inc({ reason: reason.replaceAll(' ', '_') });
    log.error({ feed, reason }, 'the store lost part of a feed; starting a new epoch');
  },
  appended(feed, batch, { publications, suppressed, gone, erased }) {
    metrics.published.inc(publications.filter(({ notification }) => notification !== null).length);
    metrics.suppressed.inc(suppressed);
    for (const reason of gone.values()) metrics.gone.inc({ reason });
    if (erased) {
      metrics.erased.inc();
      log.info({ feed }, 'erased a feed; starting a new epoch');
    }
    if (!batch || !log.isLevelEnabled('debug')) return;
    const entry = lastEntryKey(feed, batch);
    const ids = loggedIds(publications);
    withTrace(batch.traceparent, () =>
      log.debug({ entry, from: batch.from, ids, suppressed }, 'committed and broadcast'),
    );
  },
  claimed() {},
  setAside({ entry, feed, reason, faults }) {
    metrics.setAside.inc({ reason });
    log.error({ entry, feed, reason, faults }, 'an entry was set aside');
  },
});
