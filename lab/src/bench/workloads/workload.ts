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

/** A workload's measurements by name. See `report/metrics.ts` for the units. */
export type Figures = Readonly<Record<string, number>>;

/** Workload sizes. Tests use smaller sizes. */
export interface Sizes {
  /** Text length per message (bytes). */
  payload: number;
  latencyClients: number;
  latencySeconds: number;
  singlesClients: number;
  singlesSeconds: number;
  /** Feeds in the workloads `feeds-1000` and `overload-1000`, and people in `mixed`. */
  feeds: number;
  /** Feeds in the workload `feeds-10000`. */
  manyFeeds: number;
  fanOutClients: number;
  fanOutSeconds: number;
  connections: number;
  /** Idle connections per instance. */
  idle: number;
  /** Pause (ms) between opening the last connection and measuring the idle connections. */
  pauseBeforeIdleMs: number;
  /** Measurement time for idle connections (s). */
  idleSeconds: number;
  recoveryClients: number;
  /** Messages missed by each recovering client. */
  missed: number;
  /** Number of single-client recoveries. */
  recoveries: number;
  /** Pause (ms) for a peer to settle after clients connect or disconnect. */
  settleMs: number;
  daprCalls: number;
  /**
   * Missing messages are considered lost if no messages arrive for this long (ms). This is longer than Dapr's
   * redelivery delay, because Dapr can redeliver messages on a busy machine.
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
  // After this time, each bff compares each feed with the stored head only every 30 s.
  pauseBeforeIdleMs: 60_000,
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
  pauseBeforeIdleMs: 100,
  idleSeconds: 1,
  recoveryClients: 20,
  missed: 10,
  recoveries: 2,
  settleMs: 100,
  daprCalls: 10,
  patienceMs: 40_000,
};

/** Returns warm-up sizes. They let V8 compile the code of every peer, even of our stack, which has the most code. */
export const warmUpOf = (sizes: Sizes): Sizes => ({
  ...sizes,
  manyFeeds: Math.min(sizes.manyFeeds, 1_000),
  connections: Math.min(sizes.connections, 1_000),
  recoveries: Math.min(sizes.recoveries, 2),
});

/** Gives each message in a run a unique number. */
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
  /** True for a slow workload with stable results. It runs only in round 1 and without a warm-up. */
  runsOnce?: true;
  /** @throws Failure if a message didn't arrive, or arrived twice */
  run(peer: Peer, context: WorkloadContext): Promise<Figures>;
}
