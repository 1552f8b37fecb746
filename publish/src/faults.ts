import type { Fault } from '@tocsin/contracts';

/** Groups the errors by the index of the notification in the batch. Removes the index from the paths of the errors. */
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
