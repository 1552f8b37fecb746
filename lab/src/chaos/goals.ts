import type { RedisKind } from './options.ts';
import { PAUSE_STEPS, killsOnce, nameOf, processesOf, stoppableOf, type Fault } from './schedule.ts';

/** The goals that a run must reach for the ledger to be conclusive. */
export interface Goals {
  /** Minimum occurrences of each fault by name. */
  faults: ReadonlyMap<string, number>;
  kills: number;
  notifications: number;
}

const NONE: Goals = { faults: new Map(), kills: 0, notifications: 0 };

const times = (faults: readonly Fault[], count: number) =>
  faults.map((fault) => [nameOf(fault), count] as const);

const shortGoals = (redis: RedisKind): Goals => ({
  ...NONE,
  faults: new Map(times(killsOnce(redis), 1)),
});

const fullGoals = (redis: RedisKind): Goals => ({
  faults: new Map([
    ...times(killsOnce(redis), 5),
    ...PAUSE_STEPS.flatMap((step) => times([{ kind: 'stop-at', ...step, ms: 0 }], 5)),
    ...stoppableOf(redis).flatMap((target) => times([{ kind: 'stop', target, ms: 0 }], 1)),
    ...processesOf(redis).flatMap((target) => times([{ kind: 'restart', target }], 1)),
  ]),
  kills: 100,
  notifications: 10_000,
});

/**
 * In a full run, every kill and every stop at a step must happen five times, and all other faults once. In a short run,
 * each process must be killed once, and there must be a kill at every step. A naive run has no goals.
 */
export const goalsOf = ({ full, naive, redis }: { full: boolean; naive: boolean; redis: RedisKind }): Goals =>
  naive ? NONE : full ? fullGoals(redis) : shortGoals(redis);

export interface Progress {
  events: readonly { fault: Fault; happened: boolean }[];
  acknowledged: number;
}

export const killsOf = ({ events }: Pick<Progress, 'events'>): number =>
  events.filter(({ fault, happened }) => happened && (fault.kind === 'kill' || fault.kind === 'kill-at'))
    .length;

/** Describes each missed goal, and each fault that had no effect. */
export function shortfalls(goals: Goals, { events, acknowledged }: Progress): string[] {
  const happened = new Map<string, number>();
  for (const { fault } of events.filter((event) => event.happened)) {
    happened.set(nameOf(fault), (happened.get(nameOf(fault)) ?? 0) + 1);
  }
  const kills = killsOf({ events });
  return [
    ...events
      .filter((event) => !event.happened)
      .map(({ fault }) => `${nameOf(fault)} was attempted but did not happen`),
    ...[...goals.faults]
      .filter(([name, wanted]) => (happened.get(name) ?? 0) < wanted)
      .map(([name, wanted]) => `${name} happened ${happened.get(name) ?? 0} of ${wanted} times`),
    ...(kills < goals.kills ? [`${kills} of ${goals.kills} kills`] : []),
    ...(acknowledged < goals.notifications
      ? [`${acknowledged} of ${goals.notifications} notifications`]
      : []),
  ];
}
