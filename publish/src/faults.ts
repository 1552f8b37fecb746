import type { Fault } from '@tocsin/contracts';

/** Groups errors by the notification's index in the batch and removes the index from the error paths. */
export function faultsByIndex(faults: readonly Fault[]): Map<number, Fault[]> {
  const byIndex = new Map<number, Fault[]>();
  for (const { path, message } of faults) {
    const [, index, subpath = ''] = /^(\d+)(?:\.(.*))?$/.exec(path) ?? [];
    if (index === undefined) continue;
    const itemFaults = byIndex.get(Number(index)) ?? [];
    itemFaults.push({ path: subpath, message });
    byIndex.set(Number(index), itemFaults);
  }
  return byIndex;
}
