import { GONE_REASONS, SET_ASIDE_REASONS, TOPICS } from '@tocsin/contracts';
import { Counter, Gauge, Histogram, REFUSALS, fromZero, type Registry } from '@tocsin/service';

/** How many browsers are connected, and how many of them have not signed in. */
interface ConnectionCounts {
  connections: () => number;
  pending: () => number;
}

/** Adds gauges of the connections to `registry`. */
export function addConnectionGauges(registry: Registry, { connections, pending }: ConnectionCounts): void {
  const registers = [registry];
  new Gauge({
    name: 'tocsin_bff_connections',
    help: 'Browsers that are connected to this instance.',
    registers,
    collect() {
      this.set(connections());
    },
  });
  new Gauge({
    name: 'tocsin_bff_connections_pending',
    help: 'Browsers among them that have not signed in yet, or not connected where no token is asked for.',
    registers,
    collect() {
      this.set(pending());
    },
  });
}

/** The bff's own metrics in `registry`, besides the gauges. */
export function createMetrics(registry: Registry) {
  const registers = [registry];
  return {
    announcements: fromZero(
      new Counter({
        name: 'tocsin_bff_announcements_total',
        help: 'Announcements received, by outcome; retry ones come again.',
        labelNames: ['outcome'] as const,
        registers,
      }),
      'outcome',
      ['delivered', 'already-claimed', 'set-aside', 'retry'],
    ),
    redelivered: new Counter({
      name: 'tocsin_bff_announcements_redelivered_total',
      help: 'Announcements that came again, or after another had brought their entry: it was claimed already.',
      registers,
    }),
    deadLetters: fromZero(
      new Counter({
        name: 'tocsin_bff_dead_letters_total',
        help: 'Announcements that had run out of retries, by what became of them.',
        labelNames: ['outcome'] as const,
        registers,
      }),
      'outcome',
      ['announced', 'set-aside', 'retry'],
    ),
    published: new Counter({
      name: 'tocsin_bff_publications_total',
      help: 'Notifications that this instance committed and broadcast.',
      registers,
    }),
    suppressed: new Counter({
      name: 'tocsin_bff_notifications_suppressed_total',
      help: 'Notifications and retractions left out because the feed had taken or retracted their id before.',
      registers,
    }),
    gone: fromZero(
      new Counter({
        name: 'tocsin_bff_publications_gone_total',
        help: 'Publications that were retracted or replaced after they had been published.',
        labelNames: ['reason'] as const,
        registers,
      }),
      'reason',
      GONE_REASONS,
    ),
    erased: new Counter({
      name: 'tocsin_bff_feeds_erased_total',
      help: 'Times that this instance erased a feed.',
      registers,
    }),
    setAside: fromZero(
      new Counter({
        name: 'tocsin_bff_entries_set_aside_total',
        help: 'Entries and events that could not be taken and were set aside, by reason.',
        labelNames: ['reason'] as const,
        registers,
      }),
      'reason',
      SET_ASIDE_REASONS,
    ),
    dropped: fromZero(
      new Counter({
        name: 'tocsin_bff_dead_letters_dropped_total',
        help: 'Dead letters deleted to make room for newer ones, by where they were kept.',
        labelNames: ['from'] as const,
        registers,
      }),
      'from',
      [
        'set-aside',
        TOPICS.deadPartitionAnnouncements,
        TOPICS.deadAnnouncements,
        TOPICS.deadNotifications,
        TOPICS.refusedNotifications,
      ],
    ),
    epochsBegun: fromZero(
      new Counter({
        name: 'tocsin_bff_epochs_begun_total',
        help: 'Times that the store was seen to have lost part of a feed, by how it showed.',
        labelNames: ['reason'] as const,
        registers,
      }),
      'reason',
      ['revived', 'rolled_back', 'document_missing'],
    ),
    refusedCalls: fromZero(
      new Counter({
        name: 'tocsin_bff_calls_refused_total',
        help: 'Calls and broadcasts that are not from our own, by what was wrong; nothing came of them.',
        labelNames: ['reason'] as const,
        registers,
      }),
      'reason',
      REFUSALS,
    ),
    takeovers: new Counter({
      name: 'tocsin_bff_takeovers_total',
      help: 'Times that this instance began to take the turns of a partition, or of a feed, because its host was away.',
      registers,
    }),
    sentTwice: new Counter({
      name: 'tocsin_bff_publications_sent_twice_total',
      help: 'Publications sent again to browsers that had them, because others had joined while a gap was filled.',
      registers,
    }),
    pushed: new Counter({
      name: 'tocsin_bff_publications_pushed_total',
      help: 'Publications that reached this instance and went to its subscribed browsers.',
      registers,
    }),
    subscriptions: fromZero(
      new Counter({
        name: 'tocsin_bff_subscriptions_total',
        help: 'Subscriptions answered: new, recovered, gap (cannot be continued), forbidden or unavailable.',
        labelNames: ['outcome'] as const,
        registers,
      }),
      'outcome',
      ['new', 'recovered', 'gap', 'forbidden', 'unavailable'],
    ),
    refused: new Counter({
      name: 'tocsin_bff_connections_refused_total',
      help: 'Connections refused, or closed before they had signed in, by reason: full, address, pending, reader, evicted, too_large or sockets.',
      labelNames: ['reason'] as const,
      registers,
    }),
    ended: new Counter({
      name: 'tocsin_bff_connections_ended_total',
      help: 'Connections ended by this side, by reason: not_reading, or what their closing event said.',
      labelNames: ['reason'] as const,
      registers,
    }),
    latency: new Histogram({
      name: 'tocsin_bff_delivery_latency_seconds',
      help: 'Time from createdAt at the producer to the push to browsers.',
      buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
      registers,
    }),
  };
}
export type BffMetrics = ReturnType<typeof createMetrics>;
