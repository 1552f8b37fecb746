import { cpus } from 'node:os';
import { readMetric } from '../../bench/read-metric.ts';
import { KINDS, type Kind } from '../model/constants.ts';
import { readCpu, type Rig } from './rig.ts';
import { documentsRead } from './stored.ts';

/** The events of one stretch of a measurement, and its CPU time. */
export interface Window {
  /** Which of the measurement's steps it is. */
  step: string;
  instances: number;
  seconds: number;
  /** µs, by kind. */
  cpu: Record<Kind, number>;
  entries: number;
  notifications: number;
  /** Events of a publication that clients received. */
  pushes: number;
  /** Connections that began. */
  connects: number;
  /** Connections that stood, each with one subscription. */
  connections: number;
  /** Events that were put into the broadcaster's stream by hand. */
  injected: number;
  /** Re-announcements. */
  rings: number;
  /** Cores that processes outside of the measurement used meanwhile. */
  others: number;
  /** Documents that were read from the state store. */
  reads: number;
}

export type Done = Partial<
  Omit<Window, 'step' | 'instances' | 'seconds' | 'cpu' | 'reads' | 'rings' | 'others'>
>;

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

const ringsOf = async ({ stack }: Rig): Promise<number> =>
  sum(
    await Promise.all(
      stack.producers.map(({ url }) =>
        readMetric(`${url}/metrics`, 'tocsin_producer_entry_steps_total', { step: 'ring' }),
      ),
    ),
  );

/** CPU seconds that this machine has worked so far, without this process. */
function othersOf(): number {
  const { user, system } = process.cpuUsage();
  const ms = cpus().reduce((total, { times }) => total + times.user + times.nice + times.sys + times.irq, 0);
  return ms / 1000 - (user + system) / 1e6;
}

/** Runs `work`, which returns its events, and reads the processes before and after it. */
export async function measured(rig: Rig, step: string, work: () => Promise<Done>): Promise<Window> {
  const [reads, rings] = [await documentsRead(rig), await ringsOf(rig)];
  const others = othersOf();
  const before = readCpu(rig);
  const started = performance.now();
  const done = await work();
  const after = readCpu(rig);
  const seconds = (performance.now() - started) / 1000;
  const cpu = Object.fromEntries(KINDS.map((kind) => [kind, after[kind] - before[kind]])) as Window['cpu'];
  return {
    step,
    instances: rig.instances,
    seconds,
    cpu,
    others: Math.max(0, (othersOf() - others - sum(Object.values(cpu)) / 1e6) / seconds),
    entries: 0,
    notifications: 0,
    pushes: 0,
    connects: 0,
    connections: 0,
    injected: 0,
    ...done,
    reads: (await documentsRead(rig)) - reads,
    rings: (await ringsOf(rig)) - rings,
  };
}
