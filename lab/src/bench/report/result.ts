import { median } from '../quantile.ts';
import type { PeerId } from '../peers/peer.ts';
import type { Figures, Sizes, WorkloadId } from '../workloads/workload.ts';

export interface Conditions {
  startedAt: string;
  seconds: number;
  cpu: string;
  cores: number;
  memoryGiB: number;
  system: string;
  /** The version of Node that runs the servers. */
  node: string;
  redis: string;
  dapr: string;
  persistence: boolean;
  /**
   * One-minute load averages before and after the run. If the first is above the core count, other processes were busy.
   */
  load: [number, number];
}

export interface PeerInfo {
  id: PeerId;
  name: string;
  version: string;
  setup: string;
  /** Why the peer was not measured. */
  notMeasuredBecause?: string;
}

export interface Sample {
  round: number;
  work: WorkloadId;
  peer: PeerId;
  figures: Figures;
}

export interface Fault {
  round: number;
  work: string;
  peer: string;
  message: string;
}

/** A benchmark run in the `bench/results` format. */
export interface Result {
  v: 1;
  conditions: Conditions;
  rounds: number;
  sizes: Sizes;
  peers: PeerInfo[];
  samples: Sample[];
  faults: Fault[];
  /** With `--all`: CPU time per notification (µs) as feeds, instances and history grow. */
  growth?: GrowthRow[];
}

export interface GrowthRow {
  /** The growing quantity: `feeds`, `instances` or `history`. */
  what: string;
  size: number;
  cpu: number;
  rate: number;
}

/** Returns a figure's median over the rounds, or `undefined` if the figure wasn't measured. */
export type ReadMedian = (work: WorkloadId, peer: PeerId, name: string) => number | undefined;

/** Returns a function that looks up medians in the result. */
export function medianReader({ samples }: Pick<Result, 'samples'>): ReadMedian {
  return (work, peer, name) => {
    const values = samples
      .filter((sample) => sample.work === work && sample.peer === peer)
      .flatMap(({ figures }) => figures[name] ?? []);
    return values.length === 0 ? undefined : median(values);
  };
}
