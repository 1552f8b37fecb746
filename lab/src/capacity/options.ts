import { parseOptions, refuseFaults } from '@tocsin/tools/options';
import type { Load } from './model/load.ts';

export interface CapacityOptions {
  /** `compute` uses the stored constants; the other modes run real stacks. */
  mode: 'compute' | 'measure' | 'check';
  load: Load;
  /** Prints only the plan as JSON on standard output. */
  json: boolean;
}

interface NumberOption {
  name: string;
  fallback?: number;
  least: number;
  most: number;
  whole: boolean;
  says: string;
  /** The default, as text. */
  free?: string;
}

const NUMBERS: Record<keyof Load, NumberOption> = {
  connections: { name: 'connections', fallback: 10_000, least: 0, most: 1e9, whole: true, says: 'browsers' },
  rate: { name: 'rate', fallback: 100, least: 0, most: 1e7, whole: false, says: 'notifications a second' },
  feeds: { name: 'feeds', fallback: 1, least: 1, most: 1e9, whole: true, says: 'feeds, all alike' },
  instances: { name: 'instances', least: 1, most: 1e5, whole: true, says: 'bffs' },
  producers: { name: 'producers', least: 1, most: 1e5, whole: true, says: 'producers' },
  feedsPerConnection: {
    name: 'feeds-per-connection',
    fallback: 1,
    least: 0,
    most: 1_000,
    whole: false,
    says: 'feeds that a browser subscribes to',
  },
  bffsPerFeed: {
    name: 'bffs-per-feed',
    least: 1,
    most: 1e5,
    whole: true,
    says: 'bffs that watch a feed, if a proxy routes by feed',
    free: 'at random',
  },
  payload: {
    name: 'payload',
    fallback: 200,
    least: 1,
    most: 10_000,
    whole: true,
    says: 'bytes of title and body',
  },
  batch: {
    name: 'batch',
    fallback: 1,
    least: 1,
    most: 1_000,
    whole: false,
    says: 'notifications in an entry',
  },
  history: { name: 'history', fallback: 10_000, least: 1, most: 1e6, whole: true, says: 'HISTORY_MAX' },
  historyHours: {
    name: 'history-hours',
    fallback: 24,
    least: 0.01,
    most: 168,
    whole: false,
    says: 'HISTORY_TTL, in hours',
  },
  sessionMinutes: {
    name: 'session-minutes',
    fallback: 30,
    least: 0.1,
    most: 1e5,
    whole: false,
    says: 'how long a connection lasts',
  },
  readers: {
    name: 'readers',
    fallback: 0,
    least: 0,
    most: 1e9,
    whole: true,
    says: 'readers with read marks',
  },
  target: {
    name: 'target',
    fallback: 60,
    least: 1,
    most: 100,
    whole: false,
    says: 'per cent in use at most',
  },
  bffGib: { name: 'bff-gib', fallback: 4, least: 0.25, most: 1_024, whole: false, says: 'GiB of a bff' },
  redisGib: {
    name: 'redis-gib',
    fallback: 32,
    least: 0.25,
    most: 4_096,
    whole: false,
    says: 'GiB of one Redis',
  },
};

const USAGE =
  'npm run capacity -- [--measure | --check] [--json] [options]\n' +
  Object.values(NUMBERS)
    .map(
      ({ name, says, fallback, free = 'as many as needed' }) =>
        `  ${`--${name} N`.padEnd(26)}${says} (${fallback ?? free})`,
    )
    .join('\n');

const form = new Intl.NumberFormat('en-US');

/** The fault of a value, as text; empty if it is valid. */
function faultOf(text: string, { name, least, most, whole }: NumberOption): string[] {
  const value = Number(text);
  const isFine = text.trim() !== '' && value >= least && value <= most && (!whole || Number.isInteger(value));
  if (isFine) return [];
  return [
    `--${name} must be a ${whole ? 'whole number' : 'number'} from ${form.format(least)} to ${form.format(most)}, not "${text}"`,
  ];
}

/** Parses the options of `npm run capacity --`. @throws Failure that lists all faults */
export function readCapacityOptions(args: string[]): CapacityOptions {
  const values = parse(args);
  const { measure, check, json } = values;
  const given = (option: NumberOption) => values[option.name];
  const entries = Object.entries(NUMBERS) as [keyof Load, NumberOption][];
  const faults = [
    ...(measure && check ? ['--measure and --check cannot be combined'] : []),
    ...entries.flatMap(([, option]) => {
      const text = given(option);
      return typeof text === 'string' ? faultOf(text, option) : [];
    }),
  ];
  refuseFaults(faults, USAGE);
  const load = Object.fromEntries(
    entries.flatMap(([key, option]) => {
      const text = given(option);
      const value = typeof text === 'string' ? Number(text) : option.fallback;
      return value === undefined ? [] : [[key, value]];
    }),
  ) as unknown as Load;
  return {
    mode: measure ? 'measure' : check ? 'check' : 'compute',
    load: { ...load, target: load.target / 100 },
    json: json === true,
  };
}

function parse(args: string[]) {
  const numbers = Object.values(NUMBERS).map(({ name }) => [name, { type: 'string' }] as const);
  const flags = ['measure', 'check', 'json'].map((name) => [name, { type: 'boolean' }] as const);
  const options = Object.fromEntries<{ type: 'string' | 'boolean' }>([...numbers, ...flags]);
  return parseOptions(args, USAGE, { options }).values;
}
