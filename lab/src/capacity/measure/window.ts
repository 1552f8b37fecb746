import { cpus } from 'node:os';
import { KINDS, type Kind } from '../model/constants.ts';
import { readCpu, type Rig } from './rig.ts';
import { documentsRead } from './stored.ts';

/** A measured period: how much work was done in it, and how much CPU time that took. */
export interface Window {
  step: string;
  instances: number;
  seconds: number;
  /** CPU time by process kind (µs). */
  cpu: Record<Kind, number>;
  entries: number;
  requests: number;
  /** Distinct feeds per entry, summed over all entries. */
  events: number;
  notifications: number;
  /** `publications` events that clients received. */
  pushes: number;
  connects: number;
  /** Existing connections. Each has one subscription. */
  connections: number;
  /** Pings that existing connections answered. */
  pings: number;
  /** Messages injected into the broadcaster's stream. */
  injected: number;
  /** Cores used by all processes except the rig's and this process. */
  others: number;
  /** Documents read from the state store. */
  reads: number;
}

export type Counts = Partial<Omit<Window, 'step' | 'instances' | 'seconds' | 'cpu' | 'reads' | 'others'>>;

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** Returns the CPU seconds that this machine has used so far, excluding this process. */
function machineCpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  const ms = cpus().reduce((total, { times }) => total + times.user + times.nice + times.sys + times.irq, 0);
  return ms / 1000 - (user + system) / 1e6;
}

/**
 * Runs `work`, and measures the CPU time that the rig's processes use for it. `work` returns how much it has done.
 */
export async function measureWindow(rig: Rig, step: string, work: () => Promise<Counts>): Promise<Window> {
  const reads = await documentsRead(rig);
  const machineBefore = machineCpuSeconds();
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
    others: Math.max(0, (machineCpuSeconds() - machineBefore - sum(Object.values(cpu)) / 1e6) / seconds),
    entries: 0,
    requests: 0,
    events: 0,
    notifications: 0,
    pushes: 0,
    connects: 0,
    connections: 0,
    pings: 0,
    injected: 0,
    ...done,
    reads: (await documentsRead(rig)) - reads,
  };
}
