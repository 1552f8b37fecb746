import type { Logger } from '@tocsin/service';
import type { ScheduleObserver } from '../schedule/index.ts';
import type { ProducerMetrics } from './metrics.ts';

/** Tells the log and the metrics what happens to schedules. */
export const observeSchedules = (log: Logger, metrics: ProducerMetrics): ScheduleObserver => ({
  scheduled: (count) => metrics.scheduled.inc(count),
  fired: (ids, lateMs) => {
    metrics.scheduleLateness.observe(lateMs / 1_000);
    log.debug({ ids, lateMs }, 'schedules delivered');
  },
  failed: (step, err) => log.warn({ err, step }, 'schedules are tried again'),
  unreadable: (content, faults) =>
    log.error({ content, faults }, 'a schedule cannot be read and is given up'),
});
