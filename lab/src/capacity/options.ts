import { parseOptions, throwIfInvalid } from '@tocsin/tools/options';
import type { Load } from './model/load.ts';

export interface CapacityOptions {
  /** `compute` uses the stored constants. All other modes run real stacks. */
  mode: 'compute' | 'measure' | 'measure-compression' | 'check';
  load: Load;
  /** Prints the plan or the check's result as JSON. */
  json: boolean;
}

interface NumberOption {
  name: string;
  defaultValue?: number;
  min: number;
  max: number;
  integer: boolean;
  description: string;
  /** Describes a default that isn't a number. */
  defaultText?: string;
}

type NumberKey = Exclude<keyof Load, 'compressedHistory' | 'hoursSinceStart'>;

const NUMBERS: Record<NumberKey, NumberOption> = {
  connections: {
    name: 'connections',
    defaultValue: 10_000,
    min: 0,
    max: 1e9,
    integer: true,
    description: 'browsers',
  },
  rate: {
    name: 'rate',
    defaultValue: 100,
    min: 0,
    max: 1e7,
    integer: false,
    description: 'notifications a second',
  },
  feeds: {
    name: 'feeds',
    defaultValue: 1,
    min: 1,
    max: 1e9,
    integer: true,
    description: 'feeds, with equal traffic',
  },
  instances: { name: 'instances', min: 1, max: 1e5, integer: true, description: 'bffs' },
  producers: { name: 'producers', min: 1, max: 1e5, integer: true, description: 'producers' },
  partitions: { name: 'partitions', min: 1, max: 64, integer: true, description: 'PARTITIONS' },
  entryIntervalMs: {
    name: 'entry-interval',
    defaultValue: 0,
    min: 0,
    max: 1_000,
    integer: true,
    description: 'ENTRY_INTERVAL_MS',
  },
  feedsPerConnection: {
    name: 'feeds-per-connection',
    defaultValue: 1,
    min: 0,
    max: 1_000,
    integer: false,
    description: 'feeds that a browser subscribes to',
  },
  bffsPerFeed: {
    name: 'bffs-per-feed',
    min: 1,
    max: 1e5,
    integer: true,
    description: 'bffs that watch a feed, if a proxy routes by feed',
    defaultText: 'random routing',
  },
  payload: {
    name: 'payload',
    defaultValue: 200,
    min: 1,
    max: 10_000,
    integer: true,
    description: 'bytes in title and body',
  },
  batch: {
    name: 'batch',
    defaultValue: 1,
    min: 1,
    max: 1_000,
    integer: false,
    description: 'notifications per POST, all for one feed',
  },
  history: {
    name: 'history',
    defaultValue: 10_000,
    min: 1,
    max: 1e6,
    integer: true,
    description: 'HISTORY_MAX',
  },
  historyHours: {
    name: 'history-hours',
    defaultValue: 24,
    min: 0.01,
    max: 168,
    integer: false,
    description: 'HISTORY_TTL, in hours',
  },
  sessionMinutes: {
    name: 'session-minutes',
    defaultValue: 30,
    min: 0.1,
    max: 1e5,
    integer: false,
    description: 'how long a connection lasts',
  },
  readers: {
    name: 'readers',
    defaultValue: 0,
    min: 0,
    max: 1e9,
    integer: true,
    description: 'readers with read marks',
  },
  target: {
    name: 'target',
    defaultValue: 60,
    min: 1,
    max: 100,
    integer: false,
    description: 'maximum utilization in percent',
  },
  bffGib: {
    name: 'bff-gib',
    defaultValue: 4,
    min: 0.25,
    max: 1_024,
    integer: false,
    description: 'memory of a bff in GiB',
  },
  redisGib: {
    name: 'redis-gib',
    defaultValue: 32,
    min: 0.25,
    max: 4_096,
    integer: false,
    description: 'memory of a Redis server in GiB',
  },
};

const USAGE =
  'npm run capacity -- [--measure | --measure-compression | --check] [--json] [options]\n' +
  Object.values(NUMBERS)
    .map(
      ({ name, description, defaultValue, defaultText = 'as many as needed' }) =>
        `  ${`--${name} N`.padEnd(26)}${description} (${defaultValue ?? defaultText})`,
    )
    .join('\n') +
  `\n  ${'--compressed-history'.padEnd(26)}HISTORY_COMPRESSION=on`;

const numberFormat = new Intl.NumberFormat('en-US');

/** Returns why a value is invalid, or an empty list if it's valid. */
function errorOf(text: string, { name, min, max, integer }: NumberOption): string[] {
  const value = Number(text);
  const isValid = text.trim() !== '' && value >= min && value <= max && (!integer || Number.isInteger(value));
  if (isValid) return [];
  return [
    `--${name} must be a ${integer ? 'whole number' : 'number'} from ${numberFormat.format(min)} to ${numberFormat.format(max)}, not "${text}"`,
  ];
}

/** Parses the options of `npm run capacity --`. @throws Failure that lists all errors */
export function readCapacityOptions(args: string[]): CapacityOptions {
  const values = parse(args);
  const { json } = values;
  const modes = (['measure', 'measure-compression', 'check'] as const).filter(
    (mode) => values[mode] === true,
  );
  const valueOf = (option: NumberOption) => values[option.name];
  const entries = Object.entries(NUMBERS) as [NumberKey, NumberOption][];
  const faults = [
    ...(modes.length > 1 ? [`${modes.map((mode) => `--${mode}`).join(' and ')} cannot be combined`] : []),
    ...entries.flatMap(([, option]) => {
      const text = valueOf(option);
      return typeof text === 'string' ? errorOf(text, option) : [];
    }),
  ];
  throwIfInvalid(faults, USAGE);
  const load = Object.fromEntries(
    entries.flatMap(([key, option]) => {
      const text = valueOf(option);
      const value = typeof text === 'string' ? Number(text) : option.defaultValue;
      return value === undefined ? [] : [[key, value]];
    }),
  ) as unknown as Load;
  return {
    mode: modes[0] ?? 'compute',
    load: {
      ...load,
      target: load.target / 100,
      ...(values['compressed-history'] === true && { compressedHistory: true }),
    },
    json: json === true,
  };
}

function parse(args: string[]) {
  const numbers = Object.values(NUMBERS).map(({ name }) => [name, { type: 'string' }] as const);
  const flags = ['measure', 'measure-compression', 'check', 'json', 'compressed-history'].map(
    (name) => [name, { type: 'boolean' }] as const,
  );
  const options = Object.fromEntries<{ type: 'string' | 'boolean' }>([...numbers, ...flags]);
  return parseOptions(args, USAGE, { options }).values;
}
