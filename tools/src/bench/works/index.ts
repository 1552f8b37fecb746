import { connections } from './connections.ts';
import { daprCalls } from './dapr-calls.ts';
import { fanOut1, fanOut8 } from './fan-out.ts';
import { latency } from './latency.ts';
import { overload } from './overload.ts';
import { recovery } from './recovery.ts';
import { arrays, singles } from './singles.ts';
import type { Work } from './work.ts';

/** In the order in which each round does them. */
export const WORKS: readonly Work[] = [
  latency,
  daprCalls,
  singles,
  arrays,
  fanOut8,
  fanOut1,
  connections,
  recovery,
  overload,
];
