import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ARTIFACTS_DIR } from '@tocsin/tools/paths';
import { unlessStopped } from '@tocsin/tools/process/stop-signal';
import { newLogDir } from '@tocsin/tools/stack/log-dir';
import { startConditions } from '../../bench/report/conditions.ts';
import { Numbers } from '../../bench/workloads/workload.ts';
import type { Constants } from '../model/constants.ts';
import { fit } from './fit.ts';
import { startRig, type Rig, type RigSettings } from './rig.ts';
import { measureAll, measureSingleInstance } from './steps.ts';

const RAW_FILE = join(ARTIFACTS_DIR, 'capacity-windows.json');

/** Runs `work` on a new stack. */
export async function onRig<T>(
  instances: number,
  signal: AbortSignal,
  work: (rig: Rig) => Promise<T>,
  settings: RigSettings = {},
): Promise<T> {
  const rig = await startRig(instances, newLogDir(), settings);
  try {
    return await unlessStopped(signal, work(rig));
  } finally {
    await rig.stop();
  }
}

/**
 * Measures all constants except `compressedShare` on this machine. Takes about seven minutes.
 * @throws Failure if a message was lost
 */
export async function measureConstants(
  say: (line: string) => void,
  signal: AbortSignal,
  compressedShare: number,
): Promise<Constants> {
  const conditions = await startConditions(true);
  const context = { numbers: new Numbers(), say, signal };
  const small = await onRig(1, signal, (rig) => measureSingleInstance(rig, context));
  const { windows, measurements } = await onRig(2, signal, (rig) => measureAll(rig, context));
  const { persistence: _, ...fitConditions } = conditions();
  const all = [...small, ...windows];
  mkdirSync(ARTIFACTS_DIR, { recursive: true });
  writeFileSync(RAW_FILE, `${JSON.stringify({ windows: all, measurements }, undefined, 1)}\n`);
  say(`Raw measurements: ${RAW_FILE}`);
  return fit(all, { ...measurements, compressedShare }, fitConditions);
}
