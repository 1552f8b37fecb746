import { Counter, Gauge, Histogram, REFUSALS, startAtZero, type Registry } from '@tocsin/service';
import type { Step } from '../produce/ports.ts';

const STEPS: readonly Step[] = ['deposit', 'announce', 'ring', 'check'];

export function observeQueue(registry: Registry, producer: { readonly queued: number }): void {
  new Gauge({
    name: 'tocsin_producer_queue_notifications',
    help: 'Notifications that are waiting or being processed.',
    registers: [registry],
    collect() {
      this.set(producer.queued);
    },
  });
}

export function createMetrics(registry: Registry) {
  const registers = [registry];
  return {
    refusedCalls: startAtZero(
      new Counter({
        name: 'tocsin_producer_calls_refused_total',
        help: 'Rejected calls to the internal port, by reason. They had no effect.',
        labelNames: ['reason'] as const,
        registers,
      }),
      'reason',
      REFUSALS,
    ),
    accepted: new Counter({
      name: 'tocsin_producer_notifications_accepted_total',
      help: 'Notifications deposited and announced in time.',
      registers,
    }),
    changes: startAtZero(
      new Counter({
        name: 'tocsin_producer_changes_accepted_total',
        help: 'Retractions and erasures deposited and announced in time.',
        labelNames: ['kind'] as const,
        registers,
      }),
      'kind',
      ['retract', 'erase'],
    ),
    notAccepted: startAtZero(
      new Counter({
        name: 'tocsin_producer_notifications_not_accepted_total',
        help: 'Notifications and changes from requests and events that were not accepted, by reason. Callers of the API get 503 and can retry; Dapr redelivers events.',
        labelNames: ['outcome'] as const,
        registers,
      }),
      'outcome',
      ['late', 'full', 'stopping'],
    ),
    refused: new Counter({
      name: 'tocsin_producer_requests_refused_total',
      help: 'Requests that got a problem document in response, by code.',
      labelNames: ['code'] as const,
      registers,
    }),
    eventsExpired: new Counter({
      name: 'tocsin_producer_events_expired_total',
      help: 'Events from the topic that were dropped because their ttlInSeconds had elapsed, or that lost some or all items because the expiresAt of these items had passed.',
      registers,
    }),
    steps: startAtZero(
      new Counter({
        name: 'tocsin_producer_entry_steps_total',
        help: 'Entries by step: deposited, announced, announced again (ring), or checked to see whether they were claimed.',
        labelNames: ['step'] as const,
        registers,
      }),
      'step',
      STEPS,
    ),
    retries: startAtZero(
      new Counter({
        name: 'tocsin_producer_retries_total',
        help: 'Calls to the sidecar that failed or have an unknown outcome, by step. They are retried.',
        labelNames: ['step'] as const,
        registers,
      }),
      'step',
      STEPS,
    ),
    runsEnded: new Counter({
      name: 'tocsin_producer_runs_ended_total',
      help: 'Runs that ended because an entry took longer than a minute.',
      registers,
    }),
    waited: new Counter({
      name: 'tocsin_producer_waited_for_bffs_seconds_total',
      help: 'Time that lanes waited for the bffs to catch up, so that accepted notifications are delivered soon.',
      registers,
    }),
    unclaimed: new Counter({
      name: 'tocsin_producer_retractions_unclaimed_total',
      help: 'Retractions and erasures answered with 202 although the bffs had not claimed them in time.',
      registers,
    }),
    scheduled: new Counter({
      name: 'tocsin_producer_notifications_scheduled_total',
      help: 'Notifications scheduled for later.',
      registers,
    }),
    scheduleFailures: startAtZero(
      new Counter({
        name: 'tocsin_producer_schedule_failures_total',
        help: 'Failed attempts to read the schedules due within a minute (look), or to deliver due ones (fire). They are retried.',
        labelNames: ['step'] as const,
        registers,
      }),
      'step',
      ['look', 'fire'],
    ),
    scheduleLateness: new Histogram({
      name: 'tocsin_producer_schedule_lateness_seconds',
      help: 'Time from a scheduled notification’s deliverAt until it was deposited and announced.',
      buckets: [0.05, 0.1, 0.25, 0.5, 1, 1.5, 3, 10, 60],
      registers,
    }),
    entryNotifications: new Histogram({
      name: 'tocsin_producer_entry_notifications',
      help: 'Notifications, retractions and erasures in a deposited entry.',
      buckets: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000],
      registers,
    }),
    entryBytes: new Histogram({
      name: 'tocsin_producer_entry_bytes',
      help: 'Size of all items in a deposited entry, in bytes of JSON.',
      buckets: [256, 1_024, 4_096, 16_384, 65_536, 262_144],
      registers,
    }),
  };
}
export type ProducerMetrics = ReturnType<typeof createMetrics>;
