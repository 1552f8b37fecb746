import { MASTERS } from './masters.ts';
import type { RedisKind } from './options.ts';
import { Random } from './random.ts';

export const BFFS = 3;

const PROCESSES: readonly string[] = [
  'producer application',
  'producer sidecar',
  ...Array.from({ length: BFFS }, (_, i) => [`bff-${i + 1} application`, `bff-${i + 1} sidecar`]).flat(),
  'placement',
  'scheduler',
];

/** Returns the names of the processes that can be killed and restarted. */
export const processesOf = (redis: RedisKind): readonly string[] => [
  ...PROCESSES,
  ...(redis === 'cluster' ? MASTERS : ['redis']),
];

/**
 * Returns the names of the processes that can be stopped with SIGSTOP. Excludes a cluster's masters: when a stopped
 * master wakes up after its replica has taken over, it acknowledges writes that the cluster then discards.
 */
export const stoppableOf = (redis: RedisKind): readonly string[] => [
  ...PROCESSES,
  ...(redis === 'cluster' ? [] : ['redis']),
];

export interface Step {
  app: 'producer' | 'bff';
  step: string;
}

const steps = (app: Step['app'], names: readonly string[]): Step[] => names.map((step) => ({ app, step }));

/** The protocol steps where a process is killed. */
export const STEPS: readonly Step[] = [
  ...steps('producer', ['before-deposit', 'deposited', 'before-announce', 'announced']),
  ...steps('bff', [
    'received',
    'loaded',
    'peeked',
    'committed',
    'broadcast',
    'checkpointed',
    'popped',
    'answered',
    'fallback-stored',
    'fallback-claimed',
    'fallback-sent',
  ]),
];

/** The steps where a process is paused long enough for other processes to continue without it. */
export const PAUSE_STEPS: readonly Step[] = [
  ...steps('producer', ['deposited', 'announced']),
  ...steps('bff', ['loaded', 'peeked', 'committed', 'broadcast', 'checkpointed', 'popped']),
];

const NAIVE_STEPS = ['received', 'popped', 'broadcast', 'answered'];

export type StepFault = ({ kind: 'kill-at' } & Step) | ({ kind: 'stop-at'; ms: number } & Step);
export type Fault =
  | { kind: 'kill'; target: string }
  | { kind: 'restart'; target: string }
  | { kind: 'stop'; target: string; ms: number }
  | StepFault;

export function nameOf(fault: Fault): string {
  switch (fault.kind) {
    case 'kill':
      return `kill -9 ${fault.target}`;
    case 'restart':
      return `restart ${fault.target}`;
    case 'stop':
      return `SIGSTOP ${fault.target}`;
    case 'kill-at':
      return `kill -9 at ${fault.app} ${fault.step}`;
    case 'stop-at':
      return `SIGSTOP at ${fault.app} ${fault.step}`;
  }
}

/** Returns a fault's name without the instance number. */
export const groupOf = (fault: Fault): string => nameOf(fault).replace(/bff-\d+/, 'bff');

export interface ScheduleOptions {
  seed: number;
  full: boolean;
  naive: boolean;
  redis: RedisKind;
}

/**
 * Generates an endless, seeded sequence of faults for a run. Each round kills and restarts every process, stops the
 * processes in `stoppableOf`, kills a process at every step, and stops a process at each of the `PAUSE_STEPS`. A short
 * run starts with the kills, so that there's time for all of them. For the naive bff, the sequence starts with a kill
 * between pop and emit, and omits steps that the naive bff lacks.
 */
export function* schedule({ seed, full, naive, redis }: ScheduleOptions): Generator<Fault, never> {
  if (naive) yield { kind: 'kill-at', app: 'bff', step: 'popped' };
  const random = new Random(seed);
  for (;;) {
    const kills = killsOnce(redis);
    const otherFaults: Fault[] = [
      ...stoppableOf(redis).map((target) => ({
        ...{ kind: 'stop' as const, target },
        ms: 1_000 + random.below(3_000),
      })),
      ...processesOf(redis).map((target) => ({ kind: 'restart' as const, target })),
      ...PAUSE_STEPS.map((step) => ({
        kind: 'stop-at' as const,
        ...step,
        ms: stopDurationMs(step, random),
      })),
    ];
    const round = full
      ? random.shuffle([...kills, ...otherFaults])
      : [...random.shuffle(kills), ...random.shuffle(otherFaults)];
    for (const fault of round) if (!naive || existsInNaive(fault)) yield fault;
  }
}

/** Returns faults that kill every process once, and a process at every step. */
export const killsOnce = (redis: RedisKind): Fault[] => [
  ...processesOf(redis).map((target) => ({ kind: 'kill' as const, target })),
  ...STEPS.map((step) => ({ kind: 'kill-at' as const, ...step })),
];

/** Returns the number of faults in a full round. */
export const roundLength = (redis: RedisKind): number =>
  killsOnce(redis).length + processesOf(redis).length + stoppableOf(redis).length + PAUSE_STEPS.length;

/**
 * Returns how long a process stays stopped (ms): long enough that other bffs take over the turns, or callers retry.
 */
const stopDurationMs = ({ app }: Step, random: Random): number =>
  app === 'bff' ? 5_000 + random.below(3_000) : 2_000 + random.below(4_000);

const existsInNaive = (fault: Fault): boolean =>
  !('step' in fault) || fault.app === 'producer' || NAIVE_STEPS.includes(fault.step);
