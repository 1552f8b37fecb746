import { parseDateTime } from '@tocsin/contracts';
import { withoutTrace, type Logger } from '@tocsin/service';
import type { Broadcast } from '../deliver/ports.ts';
import type { BffMetrics } from './metrics.ts';
import { loggedIds } from './log-names.ts';

export const observePushes =
  (log: Logger, metrics: BffMetrics, now: () => number) =>
  ({ feed, publications }: Broadcast): void => {
    metrics.pushed.inc(publications.length);
    if (log.isLevelEnabled('debug')) {
      const ids = loggedIds(publications);
      // The active trace here belongs to the backplane's startup, not to the event.
      withoutTrace(() => log.debug({ feed, ids }, 'pushed'));
    }
    for (const { notification } of publications) {
      if (!notification) continue;
      const age = now() - (parseDateTime(notification.createdAt) ?? now());
      metrics.latency.observe(Math.max(0, age) / 1000);
    }
  };
