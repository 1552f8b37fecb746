import { MemoryJobs } from '../memory/jobs.ts';
import { MemorySoonStore } from '../memory/soon-store.ts';
import type { Producer } from '../produce/index.ts';
import { Intake, Schedules, type ScheduleObserver } from '../schedule/index.ts';

/** Keeps what it is told, as text. */
export class RecordingScheduleObserver implements ScheduleObserver {
  readonly told: string[] = [];
  scheduled = (count: number) => void this.told.push(`scheduled ${count}`);
  fired = (ids: readonly string[]) => void this.told.push(`fired ${ids.join(' ')}`);
  failed = (step: string) => void this.told.push(`failed ${step}`);
  unreadable = () => void this.told.push('unreadable');
}

/** Schedules over memory; several over one store stand for several producers. */
export function testSchedules(
  producer: Pick<Producer, 'produce'>,
  { soon = new MemorySoonStore(), owner = 'one', timeoutMs = 5_000 } = {},
) {
  const now = () => Date.now();
  const observer = new RecordingScheduleObserver();
  const jobs: MemoryJobs = new MemoryJobs((name) => schedules.takeOver(name));
  const schedules: Schedules = new Schedules({
    jobs,
    soon,
    deliver: async (due, traceparent) => (await producer.produce(due, traceparent)) === 'accepted',
    owner,
    now,
    observer,
  });
  const failures: unknown[] = [];
  const intake = new Intake({
    producer,
    schedules,
    timeoutMs,
    settleMs: 0,
    now,
    onFailure: (error) => failures.push(error),
  });
  return { jobs, soon, schedules, intake, scheduleObserver: observer, failures };
}
