import { table } from '@tocsin/tools/print/table';
import { KINDS, type Constants, type Kind } from './model/constants.ts';
import type { Limit } from './model/limits.ts';
import {
  connectionsPerBff,
  MAX_CONNECTIONS_DEFAULT,
  ALL_REDIS_ROLES,
  planOf,
  totalCores,
  type Plan,
  type AnyRedisRole,
} from './model/plan.ts';
import type { Term } from './model/terms.ts';

const GIB = 2 ** 30;
/** The memory limit of a bff, and `maxmemory` of Redis, in docker-compose.yml and k8s/ (GiB). */
const SHIPPED_GIB = { bff: 0.5, redis: 0.375 };
const MICRO = 1e6;
/** Node's default heap limit (GiB). A larger heap needs an option. */
const HEAP_GIB = 2;

const integer = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const twoDigits = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 2 });

/** Rounds to two significant digits, but keeps all integer digits. */
export const amount = (value: number): string =>
  value >= 100 ? integer.format(value) : twoDigits.format(value);

/** Formats a table with right-aligned numeric columns. */
function aligned(rows: string[][]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const isNumber = (column: number) =>
    rows.slice(1).every((row) => /^[\d,.]*(%|×|)$/.test(row[column] ?? ''));
  return table(
    rows.map((row) =>
      row.map((cell, column) => (isNumber(column) ? cell.padStart(widths[column] ?? 0) : cell)),
    ),
  );
}

const POD_NAMES: Record<Exclude<Kind, 'redis' | 'broadcast'>, string> = {
  producer: 'producer',
  producerSidecar: 'producer sidecar',
  bff: 'bff',
  bffSidecar: 'bff sidecar',
};

const REDIS_NAMES: Record<AnyRedisRole, string> = {
  entries: 'Redis: entries',
  announcements: 'Redis: announcements',
  state: 'Redis: state',
  broadcast: 'Redis: broadcaster',
};

function needRows({ cores, memory, redis, instances, producers }: Plan): string[][] {
  const podsOf = (kind: keyof typeof POD_NAMES) => (kind.startsWith('bff') ? instances : producers);
  const row = (name: string, count: number, all: { cores: number; bytes: number }): string[] => [
    name,
    integer.format(count),
    amount(all.cores),
    amount(all.bytes / GIB),
    amount(all.cores / count),
    amount(all.bytes / count / GIB),
  ];
  const pods = (Object.keys(POD_NAMES) as (keyof typeof POD_NAMES)[]).map((kind) => ({
    name: POD_NAMES[kind],
    count: podsOf(kind),
    cores: cores[kind],
    bytes: memory[kind] * podsOf(kind),
  }));
  const redises = ALL_REDIS_ROLES.map((role) => ({ name: REDIS_NAMES[role], ...redis[role] }));
  const all = [...pods, ...redises];
  const sum = (valueOf: (row: (typeof all)[number]) => number) =>
    all.reduce((total, need) => total + valueOf(need), 0);
  return [
    ['', 'processes', 'cores in use', 'GiB in use', 'cores each', 'GiB each'],
    ...all.map((need) => row(need.name, need.count, need)),
    [
      'all',
      integer.format(sum(({ count }) => count)),
      amount(sum((need) => need.cores)),
      amount(sum((need) => need.bytes) / GIB),
      '',
      '',
    ],
  ];
}

const microsOf = ({ cost }: Term): number => KINDS.reduce((sum, kind) => sum + (cost[kind] ?? 0), 0);

function termRows(plan: Plan): string[][] {
  const total = totalCores(plan);
  const rows = plan.terms
    .map((term) => ({ ...term, cores: (microsOf(term) * term.perSecond) / MICRO }))
    .sort((a, b) => b.cores - a.cores)
    .map((term) => [
      term.name,
      amount(term.perSecond),
      amount(microsOf(term)),
      amount(term.cores),
      `${integer.format((100 * term.cores) / total)}%`,
    ]);
  return [['CPU use', 'per second', 'µs each', 'cores', 'share'], ...rows];
}

function limitRows(limits: readonly Limit[]): string[][] {
  return [
    ['limit', 'in use', 'notifications/s (at target)', 'remedy'],
    ...limits.map(({ name, used, rate, remedy }) => [
      name,
      `${integer.format(100 * used)}%`,
      rate === 0 ? 'already exceeded' : amount(rate),
      remedy,
    ]),
  ];
}

export function beyondRange({ load, instances, flow }: Plan, { range }: Constants): string[] {
  const sizes: [string, number, number][] = [
    ['connections', load.connections, range.connections],
    ['notifications a second', load.rate, range.rate],
    ['feeds', load.feeds, range.feeds],
    ['bffs', instances, range.instances],
    ['bytes of payload', load.payload, range.payload],
    ['notifications per POST', load.batch, range.batch],
    ['messages a second that a bff receives', flow.entries, range.heard],
  ];
  return sizes
    .filter(([, value, measured]) => value > measured)
    .map(([name, value, measured]) => `${amount(value)} ${name} (measured: ${amount(measured)})`);
}

const SUGGESTED_INTERVAL_MS = 50;
/** The share of the CPU time that the suggested interval must save. */
const WORTHWHILE_SHARE = 0.2;

function intervalHint(plan: Plan, constants: Constants): string[] {
  const { entryIntervalMs } = plan.load;
  if (entryIntervalMs > 0)
    return [
      `Set ENTRY_INTERVAL_MS=${entryIntervalMs} on each producer. A notification then waits up to this long for its entry.`,
    ];
  const shared = planOf({ ...plan.load, entryIntervalMs: SUGGESTED_INTERVAL_MS }, constants);
  const [now, then] = [totalCores(plan), shared ? totalCores(shared) : Infinity];
  if (then > (1 - WORTHWHILE_SHARE) * now) return [];
  return [
    `With --entry-interval ${SUGGESTED_INTERVAL_MS}, this load needs ${amount(then)} cores instead of ${amount(now)}: notifications ` +
      `wait up to ${SUGGESTED_INTERVAL_MS} ms, and more of them share an entry.`,
  ];
}

/** The share of the total Redis memory that suggested compression must save. */
const WORTHWHILE_MEMORY = 0.2;

function compressionHint(plan: Plan, constants: Constants): string[] {
  if (plan.load.compressedHistory)
    return [
      'Set HISTORY_COMPRESSION=on on each bff, once none of them runs 0.1.0. Your texts can compress better or worse ' +
        'than the measured ones (docs/scaling.md).',
    ];
  const bytesOf = (candidate: Plan | undefined) =>
    candidate ? ALL_REDIS_ROLES.reduce((sum, role) => sum + candidate.redis[role].bytes, 0) : Infinity;
  const [now, then] = [plan, planOf({ ...plan.load, compressedHistory: true }, constants)].map(bytesOf) as [
    number,
    number,
  ];
  if (then > (1 - WORTHWHILE_MEMORY) * now) return [];
  return [
    `With --compressed-history, Redis needs ${amount(then / GIB)} GiB instead of ${amount(now / GIB)}, because bffs compress long histories.`,
  ];
}

function hints(plan: Plan, limits: readonly Limit[], constants: Constants): string[] {
  const { load, memory, redis } = plan;
  const over = limits.filter(({ used }) => used > load.target);
  const perBff = connectionsPerBff(plan);
  const divided = ALL_REDIS_ROLES.filter((role) => redis[role].count > 1);
  return [
    ...over.map(
      ({ name, used }) =>
        `Over the target: ${name}, ${integer.format(100 * used)}% in use, target ${integer.format(100 * load.target)}%.`,
    ),
    ...(divided.length === 0
      ? []
      : [
          `This load needs more than one Redis for: ${divided.join(', ')}. Each of these can use only one Redis server, and ` +
            'Redis Cluster was not measured. Run several complete systems and divide the feeds between them (docs/scaling.md).',
        ]),
    ...(perBff > MAX_CONNECTIONS_DEFAULT
      ? [`Set MAX_CONNECTIONS=${Math.ceil(perBff)} on each bff; the default is 10000.`]
      : []),
    ...(plan.partitions > 2 ? [`Set PARTITIONS=${plan.partitions} on each producer; the default is 2.`] : []),
    ...intervalHint(plan, constants),
    ...compressionHint(plan, constants),
    ...(load.bffGib > SHIPPED_GIB.bff || load.redisGib > SHIPPED_GIB.redis
      ? [
          `The plan gives a bff ${amount(load.bffGib)} GiB and a Redis ${amount(load.redisGib)} GiB (--bff-gib, --redis-gib). Change the ` +
            `limits in docker-compose.yml and k8s/, which are ${SHIPPED_GIB.bff} GiB for a bff and ${SHIPPED_GIB.redis} GiB for Redis.`,
        ]
      : []),
    ...(memory.bff > HEAP_GIB * GIB
      ? [
          `A bff of ${amount(memory.bff / GIB)} GiB needs NODE_OPTIONS=--max-old-space-size: Node's default heap is smaller.`,
        ]
      : []),
  ];
}

function loadText({ load, instances, partitions }: Plan): string {
  const computed = (given: number | undefined) => (given === undefined ? ' (computed)' : '');
  const parts = [
    `${integer.format(load.connections)} connections with ${amount(load.feedsPerConnection)} feed(s) each`,
    `${amount(load.rate)} notifications a second of ${load.payload} bytes, ${amount(load.batch)} per POST`,
    `${integer.format(load.feeds)} feeds`,
    `${integer.format(instances)} bffs${computed(load.instances)}`,
    `${integer.format(partitions)} partitions${computed(load.partitions)}`,
    `a connection lasts ${amount(load.sessionMinutes)} minutes`,
    `target: at most ${integer.format(100 * load.target)}% utilization of any limit`,
  ];
  return parts.join('; ');
}

export function planText(plan: Plan, limits: readonly Limit[], constants: Constants, file: string): string {
  const { load, flow, bandwidth, kept } = plan;
  const { conditions } = constants;
  const beyond = beyondRange(plan, constants);
  return [
    loadText(plan),
    `a feed has ${amount(flow.watchersPerFeed)} connections on ${amount(flow.watchingInstances)} bffs; ` +
      `it keeps ${amount(kept.history)} publications, and a bff that watches it keeps ${amount(kept.ring)}; ` +
      `${amount(flow.pushes)} events a second go to browsers`,
    `${amount(flow.entries)} entries a second, each with ${amount(load.rate / Math.max(flow.entries, 1e-9))} notification(s) for ` +
      `${amount(flow.events / Math.max(flow.entries, 1e-9))} feed(s)`,
    aligned(needRows(plan)),
    aligned(termRows(plan)),
    aligned(limitRows(limits)),
    `to browsers ${amount((bandwidth.toBrowsers * 8) / MICRO)} Mbit/s, from the broadcaster's Redis ` +
      `${amount((bandwidth.fromBroadcaster * 8) / MICRO)} Mbit/s, without TCP and TLS`,
    ...hints(plan, limits, constants),
    `Computed from ${file}: ${conditions.cpu}, ${conditions.cores} cores, ${conditions.system}, ` +
      `Node ${conditions.node}, Dapr ${conditions.dapr}, Redis ${conditions.redis}, measured ${conditions.startedAt}.`,
    ...(beyond.length === 0 ? [] : [`Extrapolated: ${beyond.join('; ')}.`]),
    'Not included: the Dapr control plane (placement, scheduler and so on), proxies, TLS, tokens, traces, a Redis replica, ' +
      'and the memory that Redis needs to rewrite its append-only file (up to the same amount again).',
  ].join('\n\n');
}
