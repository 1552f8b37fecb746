import { MAX_PARTITIONS, partitionOf, type Notification } from '@tocsin/contracts';
import { FaultyBackend } from './faulty-backend.ts';
import type { Observer } from '../src/produce/ports.ts';
import { Producer, type ProducerOptions } from '../src/produce/producer.ts';

export class RecordingObserver implements Observer {
  readonly events: string[] = [];
  done: Observer['done'] = (step, { partition, seq }) => void this.events.push(`${step} ${partition} ${seq}`);
  failed: Observer['failed'] = (step, { partition, seq }) =>
    void this.events.push(`failed ${step} ${partition} ${seq}`);
  runEnded: Observer['runEnded'] = ({ partition, seq }) =>
    void this.events.push(`run ended ${partition} ${seq}`);
  waited: Observer['waited'] = () => undefined;
  unclaimed: Observer['unclaimed'] = () => void this.events.push('unclaimed');
}

/** The maximum, so that feeds in a test rarely share a partition. */
export const PARTITIONS = MAX_PARTITIONS;
export const laneOf = (feed: string): number => partitionOf(feed, PARTITIONS);

/** A producer whose in-memory backend fails on demand. It starts entries immediately, not at the end of the tick. */
export function testProducer(options: Partial<ProducerOptions> = {}) {
  const backend = new FaultyBackend();
  const observer = new RecordingObserver();
  const producer = new Producer({
    entries: backend.entries,
    announcer: backend.announcer,
    observer,
    requestTimeoutMs: 5_000,
    maxQueued: 10_000,
    maxQueuedBytes: 64 * 1024 * 1024,
    partitions: PARTITIONS,
    defer: (begin) => begin(),
    ...options,
  });
  return { backend, observer, producer };
}

export const notification = (id: string, members: Partial<Notification> = {}): Notification => ({
  id,
  feed: 'all',
  severity: 'info',
  title: `Title of ${id}`,
  createdAt: '2026-01-01T00:00:00.000Z',
  ...members,
});

export const idsOf = ({ notifications }: { notifications: unknown[] }): string[] =>
  notifications.map((item) => (item as Notification).id);
