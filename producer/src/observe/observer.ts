import { isErasure, isRetraction, partitionEntryKey, type EntryItem } from '@tocsin/contracts';
import { withTrace, type Logger } from '@tocsin/service';
import type { EntryFacts, Observer, Outcome, OutcomeObserver, Step } from '../produce/ports.ts';
import type { ScheduleObserver } from '../schedule/ports.ts';
import type { ProducerMetrics } from './metrics.ts';

/** Minimum time in ms between two warnings about the same step. The counter still includes every failure. */
const WARN_EVERY_MS = 1_000;

export class LogObserver implements Observer, OutcomeObserver {
  readonly #log: Logger;
  readonly #metrics: ProducerMetrics;
  readonly #warnings = new Map<Step, { at: number; suppressed: number }>();

  constructor(log: Logger, metrics: ProducerMetrics) {
    this.#log = log;
    this.#metrics = metrics;
  }

  settled(outcome: Outcome, items: readonly EntryItem[]): void {
    const retractions = items.filter(isRetraction).length;
    const erasures = items.filter(isErasure).length;
    const notifications = items.length - retractions - erasures;
    if (outcome === 'accepted') {
      this.#metrics.accepted.inc(notifications);
      this.#metrics.changes.inc({ kind: 'retract' }, retractions);
      this.#metrics.changes.inc({ kind: 'erase' }, erasures);
    } else this.#metrics.notAccepted.inc({ outcome }, items.length);
  }

  done(step: Step, entry: EntryFacts): void {
    this.#metrics.steps.inc({ step });
    if (step === 'deposit') {
      this.#metrics.entryNotifications.observe(entry.notifications ?? 0);
      this.#metrics.entryBytes.observe(entry.bytes ?? 0);
    }
    if (!this.#log.isLevelEnabled('debug')) return;
    withTrace(entry.traceparent, () =>
      this.#log.debug(
        { entry: partitionEntryKey(entry), notifications: entry.notifications },
        `${step} done`,
      ),
    );
  }

  failed(step: Step, entry: EntryFacts, error: unknown): void {
    this.#metrics.retries.inc({ step });
    const last = this.#warnings.get(step) ?? { at: -Infinity, suppressed: 0 };
    const now = performance.now();
    if (now - last.at < WARN_EVERY_MS) {
      last.suppressed++;
      return;
    }
    this.#warnings.set(step, { at: now, suppressed: 0 });
    const { suppressed } = last;
    withTrace(entry.traceparent, () =>
      this.#log.warn(
        { entry: partitionEntryKey(entry), err: error, ...(suppressed > 0 && { alike: suppressed }) },
        `${step} failed; retrying`,
      ),
    );
  }

  runEnded(entry: EntryFacts): void {
    this.#metrics.runsEnded.inc();
    this.#log.error({ entry: partitionEntryKey(entry) }, 'cannot finish an entry in time; ending its run');
  }

  waited(ms: number): void {
    this.#metrics.waited.inc(ms / 1_000);
  }

  unclaimed(): void {
    this.#metrics.unclaimed.inc();
  }
}

export const observeSchedules = (log: Logger, metrics: ProducerMetrics): ScheduleObserver => ({
  scheduled: (count) => metrics.scheduled.inc(count),
  fired: (ids, lateMs) => {
    metrics.scheduleLateness.observe(lateMs / 1_000);
    log.debug({ ids, lateMs }, 'schedules delivered');
  },
  failed: (step, err) => {
    metrics.scheduleFailures.inc({ step });
    log.warn({ err, step }, 'cannot read or deliver schedules; retrying');
  },
  unlisted: (err) =>
    log.warn({ err }, 'cannot change the schedule index; the list on the ops page may be wrong'),
  unreadable: (content, faults) =>
    log.error({ content, faults }, 'cannot read a stored schedule; it will not be delivered'),
  lost: (names) => log.error({ names }, 'the content of due schedules is gone; they will not be delivered'),
});
