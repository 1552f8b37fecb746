import { parseOptions, refuseFaults } from '@tocsin/tools/options';
import { PEER_IDS, type PeerId } from './peers/peer.ts';
import { WORK_IDS, type WorkId } from './works/work.ts';

export interface BenchOptions {
  rounds: number;
  works: readonly WorkId[];
  peers: readonly PeerId[];
  /** True if nothing was left out, so that the results are worth keeping. */
  isWhole: boolean;
  /** Growth, and everything once more without persistence. */
  all: boolean;
  persistence: boolean;
  /** The result as JSON on standard output, nothing else there. */
  json: boolean;
  /** CPU profiles of our applications beside the logs; they cost time, so nothing is kept. */
  profile: boolean;
  /** Few messages and clients: it only shows that everything works. */
  small: boolean;
}

const USAGE =
  'npm run bench -- [--all] [--only WORKS,PEERS] [--rounds N] [--persistence on|off] [--small] [--profile] [--json]\n' +
  `Works: ${WORK_IDS.join(', ')}.\nPeers: ${PEER_IDS.join(', ')}.`;
const ROUNDS = 3;

const isWork = (name: string): name is WorkId => (WORK_IDS as readonly string[]).includes(name);
const isPeer = (name: string): name is PeerId => (PEER_IDS as readonly string[]).includes(name);

/** Parses the options of `npm run bench --`. @throws Failure that lists all faults */
export function readBenchOptions(args: string[]): BenchOptions {
  const { all, only, rounds: text, persistence, json, small, profile } = parse(args);
  const rounds = Number(text);
  const names = only.flatMap((list) => list.split(',')).map((name) => name.trim());
  const faults = [
    ...(Number.isInteger(rounds) && rounds >= 1 && rounds <= 100 ? [] : ['--rounds must be from 1 to 100']),
    ...(persistence === 'on' || persistence === 'off' ? [] : ['--persistence must be on or off']),
    ...names.filter((name) => !isWork(name) && !isPeer(name)).map((name) => `--only ${name} is unknown`),
  ];
  refuseFaults(faults, USAGE);
  const [works, peers] = [names.filter(isWork), names.filter(isPeer)];
  return {
    rounds,
    works: works.length > 0 ? works : WORK_IDS,
    peers: peers.length > 0 ? peers : PEER_IDS,
    isWhole: names.length === 0 && !small && !profile,
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
