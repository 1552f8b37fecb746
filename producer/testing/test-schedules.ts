import { MemoryJobs } from '../src/memory/jobs.ts';
import { MemoryDueWindowStore } from '../src/memory/due-window-store.ts';
import { MemoryScheduleIndexStore } from '../src/memory/schedule-index-store.ts';
import type { OutcomeObserver } from '../src/produce/ports.ts';
import type { Producer } from '../src/produce/producer.ts';
import { PublishService } from '../src/produce/publish-service.ts';
import type { ScheduleObserver } from '../src/schedule/ports.ts';
import { Schedules } from '../src/schedule/schedules.ts';

export class RecordingScheduleObserver implements ScheduleObserver {
  readonly events: string[] = [];
  scheduled = (count: number) => void this.events.push(`scheduled ${count}`);
  fired = (ids: readonly string[]) => void this.events.push(`fired ${ids.join(' ')}`);
  unlisted = () => void this.events.push('unlisted');
  failed = (step: string) => void this.events.push(`failed ${step}`);
  unreadable = () => void this.events.push('unreadable');
  lost = (names: readonly string[]) => void this.events.push(`lost ${names.length}`);
}

const noOutcomes: OutcomeObserver = { settled: () => undefined };

/** A producer's in-memory schedules. To test multiple producers, let them share a store. */
export function testSchedules(
  producer: Pick<Producer, 'produce'>,
  {
    dueWindowStore = new MemoryDueWindowStore(),
    scheduleIndexStore = new MemoryScheduleIndexStore(),
    owner = 'one',
    timeoutMs = 5_000,
    now = () => Date.now(),
    outcomes = noOutcomes,
    scheduling = { count: 10_000, bytes: 64 * 1024 * 1024 },
  } = {},
) {
  const observer = new RecordingScheduleObserver();
  const jobs: MemoryJobs = new MemoryJobs((name) => schedules.takeOver(name));
  const schedules: Schedules = new Schedules({
    jobs,
    dueWindowStore,
    scheduleIndexStore,
    deliver: async (due, traceparent) => (await producer.produce(due, traceparent)) === 'accepted',
    owner,
    timeoutMs,
    now,
    observer,
  });
  const failures: unknown[] = [];
  const publishService = new PublishService({
    producer,
    scheduler: schedules,
    scheduling,
    timeoutMs,
    settleMs: 0,
    now,
    observer: outcomes,
    onFailure: (error) => failures.push(error),
  });
  return {
    ...{ jobs, dueWindowStore, scheduleIndexStore, schedules, publishService },
    ...{ scheduleObserver: observer, failures },
  };
}
