import { connections } from './clients/connections.ts';
import { daprCalls } from './dapr-calls.ts';
import { fanOut1, fanOut8 } from './fan-out.ts';
import { idle } from './idle.ts';
import { latency } from './latency.ts';
import { feeds1, feeds1000, feeds10000 } from './many-feeds.ts';
import { mixed } from './mixed.ts';
import { overload, overload1000 } from './overload.ts';
import { recovery } from './recovery.ts';
import { arrays, singles } from './singles.ts';
import type { Workload } from './workload.ts';

/** Workloads in the order that a round runs them. */
export const WORKLOADS: readonly Workload[] = [
  latency,
  daprCalls,
  singles,
  arrays,
  feeds1,
  feeds1000,
  feeds10000,
  mixed,
  fanOut8,
  fanOut1,
  connections,
  idle,
  recovery,
  overload,
  overload1000,
];
