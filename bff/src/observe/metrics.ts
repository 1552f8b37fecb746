import { GONE_REASONS, SET_ASIDE_REASONS, TOPICS } from '@tocsin/contracts';
import { Counter, Gauge, Histogram, REFUSALS, startAtZero, type Registry } from '@tocsin/service';

interface ConnectionCounts {
  connections: () => number;
  pending: () => number;
}

export function addConnectionGauges(registry: Registry, { connections, pending }: ConnectionCounts): void {
  const registers = [registry];
  new Gauge({
    name: 'tocsin_bff_connections',
    help: 'Browsers connected to this instance.',
    registers,
    collect() {
      this.set(connections());
    },
  });
  new Gauge({
    name: 'tocsin_bff_connections_pending',
    help: 'Browsers that have not signed in yet or, if sign-in is not required, have not finished connecting.',
    registers,
    collect() {
      this.set(pending());
    },
  });
}

export function addFeedMemoryGauges(registry: Registry, bytes: () => number, limit: number): void {
  const registers = [registry];
  new Gauge({
    name: 'tocsin_bff_feed_memory_bytes',
    help: 'Bytes of recent publications (as JSON) that this instance keeps in memory.',
    registers,
    collect() {
      this.set(bytes());
    },
  });
  new Gauge({
    name: 'tocsin_bff_feed_memory_limit_bytes',
    help: 'Limit for tocsin_bff_feed_memory_bytes, checked every second.',
    registers,
  }).set(limit);
}

/** Creates the bff's metrics in `registry`, except the gauges. */
export function createMetrics(registry: Registry) {
  const registers = [registry];
  return {
    announcements: startAtZero(
      new Counter({
        name: 'tocsin_bff_announcements_total',
        help: 'Announcements received, by outcome. Announcements whose outcome is `retry` are redelivered.',
        labelNames: ['outcome'] as const,
        registers,
      }),
      'outcome',
      ['delivered', 'already-claimed', 'set-aside', 'retry'],
    ),
    alreadyClaimed: new Counter({
      name: 'tocsin_bff_announcements_redelivered_total',
      help: 'Announcements whose entries were already claimed. The announcement was redelivered, or another one covered the entry.',
      registers,
    }),
    deadLetters: startAtZero(
      new Counter({
        name: 'tocsin_bff_dead_letters_total',
        help: 'Announcements that ran out of retries, by outcome.',
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
      help: 'Notifications and retractions skipped: already in the feed, retracted, or published before the feed was erased.',
      registers,
    }),
    gone: startAtZero(
      new Counter({
        name: 'tocsin_bff_publications_gone_total',
        help: 'Publications that were later retracted or replaced.',
        labelNames: ['reason'] as const,
        registers,
      }),
      'reason',
      GONE_REASONS,
    ),
    erased: new Counter({
      name: 'tocsin_bff_feeds_erased_total',
      help: 'Feeds erased by this instance.',
      registers,
    }),
    setAside: startAtZero(
      new Counter({
        name: 'tocsin_bff_entries_set_aside_total',
        help: 'Entries and events set aside because they could not be processed, by reason.',
        labelNames: ['reason'] as const,
        registers,
      }),
      'reason',
      SET_ASIDE_REASONS,
    ),
    dropped: startAtZero(
      new Counter({
        name: 'tocsin_bff_dead_letters_dropped_total',
        help: 'Dead letters and set-aside records deleted to make room. The label `from` is the topic, or `set-aside`.',
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
    lossesDetected: startAtZero(
      new Counter({
        name: 'tocsin_bff_epochs_begun_total',
        help: 'Detected losses of feed data, by reason.',
        labelNames: ['reason'] as const,
        registers,
      }),
      'reason',
      ['emptied', 'revived', 'rolled_back', 'document_missing'],
    ),
    refusedCalls: startAtZero(
      new Counter({
        name: 'tocsin_bff_calls_refused_total',
        help: 'Rejected calls and broadcasts without proof that they came from our own instances, by reason. They had no effect.',
        labelNames: ['reason'] as const,
        registers,
      }),
      'reason',
      REFUSALS,
    ),
    takeovers: new Counter({
      name: 'tocsin_bff_takeovers_total',
      help: "Times that this instance took over a partition's or feed's turns because the host was unreachable.",
      registers,
    }),
    sentTwice: new Counter({
      name: 'tocsin_bff_publications_sent_twice_total',
      help: 'Publications re-sent to browsers that already had them, because other browsers joined while a gap was being filled.',
      registers,
    }),
    broadcastGaps: new Counter({
      name: 'tocsin_bff_broadcast_gaps_total',
      help: 'Times that this instance missed broadcasts from another instance. It then compares all its feeds with their heads.',
      registers,
    }),
    trimmed: new Counter({
      name: 'tocsin_bff_feed_memory_trims_total',
      help: 'Times that the feeds in memory exceeded their limit and older publications were dropped.',
      registers,
    }),
    pushed: new Counter({
      name: 'tocsin_bff_publications_pushed_total',
      help: 'Publications in received broadcasts, with or without a subscribed browser.',
      registers,
    }),
    subscriptions: startAtZero(
      new Counter({
        name: 'tocsin_bff_subscriptions_total',
        help: 'Answered subscriptions, by outcome: new, recovered, gap (could not recover), forbidden or unavailable.',
        labelNames: ['outcome'] as const,
        registers,
      }),
      'outcome',
      ['new', 'recovered', 'gap', 'forbidden', 'unavailable'],
    ),
    refused: new Counter({
      name: 'tocsin_bff_connections_refused_total',
      help: 'Connections refused or closed before sign-in, by reason: full, address, pending, reader, evicted, too_large or sockets.',
      labelNames: ['reason'] as const,
      registers,
    }),
    ended: new Counter({
      name: 'tocsin_bff_connections_ended_total',
      help: 'Connections ended by the server, by reason: not_reading, or the code of the closing event.',
      labelNames: ['reason'] as const,
      registers,
    }),
    latency: new Histogram({
      name: 'tocsin_bff_delivery_latency_seconds',
      help: 'Time from createdAt, which the producer sets, until this instance receives the broadcast.',
      buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
      registers,
    }),
  };
}
export type BffMetrics = ReturnType<typeof createMetrics>;
