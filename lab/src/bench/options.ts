import { parseOptions, throwIfInvalid } from '@tocsin/tools/options';
import { PEER_IDS, type PeerId } from './peers/peer.ts';
import { WORKLOAD_IDS, type WorkloadId } from './workloads/workload.ts';

export interface BenchOptions {
  rounds: number;
  workloads: readonly WorkloadId[];
  peers: readonly PeerId[];
  /** True for a full-size run with all workloads and peers, and no profiling. Only these results are stored. */
  isComplete: boolean;
  /** Adds the growth measurements, and a second run without persistence. */
  all: boolean;
  persistence: boolean;
  /** Prints only the result to standard output, as JSON. */
  json: boolean;
  /** Writes our applications' CPU profiles next to the logs. Profiling slows them down, so no results are stored. */
  profile: boolean;
  /** Uses few messages and clients, only to check that the benchmark works. */
  small: boolean;
}

const USAGE =
  'npm run bench -- [--all] [--only WORKLOADS,PEERS] [--rounds N] [--persistence on|off] [--small] [--profile] [--json]\n' +
  `Workloads: ${WORKLOAD_IDS.join(', ')}.\nPeers: ${PEER_IDS.join(', ')}.`;
const ROUNDS = 3;

const isWorkload = (name: string): name is WorkloadId => (WORKLOAD_IDS as readonly string[]).includes(name);
const isPeer = (name: string): name is PeerId => (PEER_IDS as readonly string[]).includes(name);

/** Parses the options of `npm run bench --`. @throws Failure that lists all errors */
export function readBenchOptions(args: string[]): BenchOptions {
  const { all, only, rounds: text, persistence, json, small, profile } = parse(args);
  const rounds = Number(text);
  const names = only.flatMap((list) => list.split(',')).map((name) => name.trim());
  const faults = [
    ...(Number.isInteger(rounds) && rounds >= 1 && rounds <= 100 ? [] : ['--rounds must be from 1 to 100']),
    ...(persistence === 'on' || persistence === 'off' ? [] : ['--persistence must be on or off']),
    ...names
      .filter((name) => !isWorkload(name) && !isPeer(name))
      .map((name) => `--only: unknown workload or peer ${name}`),
  ];
  throwIfInvalid(faults, USAGE);
  const [workloads, peers] = [names.filter(isWorkload), names.filter(isPeer)];
  return {
    rounds,
    workloads: workloads.length > 0 ? workloads : WORKLOAD_IDS,
    peers: peers.length > 0 ? peers : PEER_IDS,
    isComplete: names.length === 0 && !small && !profile,
    all,
    persistence: persistence === 'on',
    json,
    small,
    profile,
  };
}

const parse = (args: string[]) =>
  parseOptions(args, USAGE, {
    options: {
      all: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true, default: [] },
      rounds: { type: 'string', default: String(ROUNDS) },
      persistence: { type: 'string', default: 'on' },
      json: { type: 'boolean', default: false },
      small: { type: 'boolean', default: false },
      profile: { type: 'boolean', default: false },
    },
  }).values;
