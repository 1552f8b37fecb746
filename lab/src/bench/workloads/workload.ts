import type { Peer, PeerId } from '../peers/peer.ts';

export const WORKLOAD_IDS = [
  'latency',
  'dapr-calls',
  'singles',
  'arrays',
  'feeds-1',
  'feeds-1000',
  'feeds-10000',
  'mixed',
  'fan-out-8',
  'fan-out-1',
  'connections',
  'idle',
  'recovery',
  'overload',
  'overload-1000',
] as const;
export type WorkloadId = (typeof WORKLOAD_IDS)[number];

/** The measurements of a workload by name; see `report/metrics.ts` for the units. */
export type Figures = Readonly<Record<string, number>>;

/** The sizes of the workloads; tests use smaller ones. */
export interface Sizes {
  /** The length of the text in each message, in bytes. */
  payload: number;
  latencyClients: number;
  latencySeconds: number;
  singlesClients: number;
  singlesSeconds: number;
  /** Number of feeds in the workloads `feeds-1000` and `feeds-10000`. */
  feeds: number;
  manyFeeds: number;
  fanOutClients: number;
  fanOutSeconds: number;
  connections: number;
  /** Number of idle connections to each instance. */
  idle: number;
  /** The pause after the last connection until all of them count as idle, in ms. */
  idleAfterMs: number;
  /** How long idle connections are measured, in s. */
  idleSeconds: number;
  recoveryClients: number;
  /** Number of messages that each recovering client has missed. */
  missed: number;
  /** Number of recoveries of a single client. */
  recoveries: number;
  /** The pause before the memory of idle connections is measured, in ms. */
  settleMs: number;
  daprCalls: number;
  /**
   * Time without arrivals after which missing messages are considered lost, in ms. It is longer than Dapr's redelivery
   * delay, because messages may be redelivered on a busy machine.
   */
  patienceMs: number;
}

export const FULL_SIZES: Sizes = {
  payload: 200,
  latencyClients: 100,
  latencySeconds: 4,
  singlesClients: 10,
  singlesSeconds: 3,
  feeds: 1_000,
  manyFeeds: 10_000,
  fanOutClients: 1_000,
  fanOutSeconds: 3,
  connections: 10_000,
  idle: 10_000,
  // A bff compares a feed with its head at growing intervals. After 60 s, they no longer grow.
  idleAfterMs: 60_000,
  // Long enough to ping each connection and compare each feed once.
  idleSeconds: 30,
  recoveryClients: 1_000,
  missed: 100,
  recoveries: 10,
  settleMs: 2_000,
  daprCalls: 150,
  patienceMs: 40_000,
};

/** The sizes for tests of the benchmark. */
export const SMALL_SIZES: Sizes = {
  payload: 200,
  latencyClients: 10,
  latencySeconds: 1,
  singlesClients: 4,
  singlesSeconds: 0.5,
  feeds: 50,
  manyFeeds: 200,
  fanOutClients: 100,
  fanOutSeconds: 0.5,
  connections: 100,
  idle: 50,
  idleAfterMs: 100,
  idleSeconds: 1,
  recoveryClients: 20,
  missed: 10,
  recoveries: 2,
  settleMs: 100,
  daprCalls: 10,
  patienceMs: 40_000,
};

/** The sizes for the warm-up: enough for V8 to compile the code of all peers. Our stack has the most code. */
export const warmUpOf = (sizes: Sizes): Sizes => ({
  ...sizes,
  manyFeeds: Math.min(sizes.manyFeeds, 1_000),
  connections: Math.min(sizes.connections, 1_000),
  recoveries: Math.min(sizes.recoveries, 2),
});

/** Gives each message of a run a unique number. */
export class Numbers {
  #next = 0;

  get next(): number {
    return this.#next;
  }

  take(): number {
    return this.#next++;
  }
}

export interface WorkloadContext {
  numbers: Numbers;
  sizes: Sizes;
  signal: AbortSignal;
}

export interface Workload {
  id: WorkloadId;
  peers: readonly PeerId[];
  /** True for a slow workload whose results vary little. It runs only in round 1, without a warm-up. */
  isDoneOnce?: true;
  /** @throws Failure if a message did not arrive, or arrived twice */
  run(peer: Peer, context: WorkloadContext): Promise<Figures>;
}
