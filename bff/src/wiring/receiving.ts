import { announcementSchema } from '@tocsin/contracts';
import { pause } from '@tocsin/contracts/pause';
import { withSpans } from '@tocsin/service';
import type { Fallbacks } from '../away/fallbacks/fallbacks.ts';
import { createReschedule } from '../away/fallbacks/wake-ups/reschedule.ts';
import type { Inbound } from '../backend.ts';
import { receiveAnnouncement } from '../deliver/receive/announcement.ts';
import { coalesce } from '../deliver/receive/coalesce.ts';
import { reviveAnnouncement } from '../deliver/receive/dead-letter.ts';
import { setAsideRefusedEvent } from '../deliver/receive/refused-event.ts';
import { countOutcomes, countSetAside } from '../observe/outcome-counters.ts';
import type { AppContext } from './context.ts';
import type { Delivery } from './delivery.ts';

const tracedSchema = announcementSchema.pick({ traceparent: true, furtherTraces: true }).loose();

/** Creates the handlers for messages from the backend. */
export function createInbound(
  { config, backend, log, metrics, onRefused, now }: AppContext,
  delivery: Delivery,
  fallbacks: Pick<Fallbacks, 'wake'> | undefined,
  { receiptsOf }: Pick<Inbound, 'receiptsOf'>,
): Inbound {
  const { feedHost, partitionHost, routeFeedTurn, routePartitionTurn, marks, onStep } = delivery;
  const setAside = countSetAside(backend.setAside, metrics.setAside);
  const receiving = {
    ...{ marks, onStep, setAside },
    routeFeedTurn: coalesce(routeFeedTurn),
    routePartitionTurn: coalesce(routePartitionTurn),
  };
  const reviving = {
    ...{ setAside, now },
    announceAgain: backend.announceAgain.bind(backend),
    pause: () => pause(config.DEAD_LETTER_PAUSE_MS),
  };
  return {
    ...{ feedHost, partitionHost, receiptsOf, onRefused },
    onAnnouncement: countOutcomes(metrics.announcements, (data) => {
      const traced = tracedSchema.catch({}).parse(data);
      return withSpans('receive', traced, {}, async () => {
        log.debug({ announcement: data }, 'received');
        const outcome = await receiveAnnouncement(data, receiving);
        if (outcome === 'already-claimed') metrics.alreadyClaimed.inc();
        return outcome;
      });
    }),
    onWakeUp: fallbacks
      ? (name) => fallbacks.wake(name)
      : createReschedule({
          ...{ store: backend.readers, wakeUps: backend.wakeUps, now },
          publishesReceipts: config.RECEIPTS_TOPIC === 'on',
        }),
    onRefusedEvent: (data) => setAsideRefusedEvent(data, setAside),
    onDeadLetter: countOutcomes(metrics.deadLetters, (data) => reviveAnnouncement(data, reviving)),
  };
}
