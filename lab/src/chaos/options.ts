import { parseOptions, throwIfInvalid } from '@tocsin/tools/options';

export interface ChaosOptions {
  seed: number;
  minutes: number;
  /** Runs until a full run's goals are reached (see `goalsOf`) or time is up. */
  full: boolean;
  /** Runs a bff that pops, emits and then acknowledges. The ledger must report lost notifications. */
  naive: boolean;
  /** The stack's Redis: a single node, or a six-node cluster where masters get killed. */
  redis: RedisKind;
}

export type RedisKind = 'single' | 'cluster';

const USAGE = 'npm run chaos -- [--full] [--minutes N] [--seed N] [--naive] [--redis cluster]';
const MINUTES = { full: '40', short: '2' };

/** Parses the options of `npm run chaos --`. @throws Failure that lists all errors */
export function readChaosOptions(args: string[]): ChaosOptions {
  const { full, naive, redis, ...texts } = parse(args);
  const seed = Number(texts.seed);
  const minutes = Number(texts.minutes ?? (full ? MINUTES.full : MINUTES.short));
  const faults = [
    ...(texts.seed !== '' && Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32
      ? []
      : ['--seed must be an integer']),
    ...(minutes > 0 && minutes <= 1_440 ? [] : ['--minutes must be above 0 and at most 1440']),
    ...(redis === 'single' || redis === 'cluster' ? [] : ['--redis must be single or cluster']),
    ...(naive && redis === 'cluster' ? ['--naive works only with a single Redis server'] : []),
    ...(full && naive
      ? ['--naive cannot be combined with --full, because the naive bff has fewer steps']
      : []),
  ];
  throwIfInvalid(faults, USAGE);
  return { seed, minutes, full, naive, redis: redis === 'cluster' ? 'cluster' : 'single' };
}

const parse = (args: string[]) =>
  parseOptions(args, USAGE, {
    options: {
      seed: { type: 'string', default: '1' },
      minutes: { type: 'string' },
      full: { type: 'boolean', default: false },
      naive: { type: 'boolean', default: false },
      redis: { type: 'string', default: 'single' },
    },
  }).values;
