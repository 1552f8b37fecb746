import type { Fault } from '@tocsin/contracts';

/** Groups errors by the notification's index in the batch and removes the index from the error paths. */
export function faultsByIndex(faults: readonly Fault[]): Map<number, Fault[]> {
  const found = new Map<number, Fault[]>();
  for (const { path, message } of faults) {
    const [, index, rest = ''] = /^(\d+)(?:\.(.*))?$/.exec(path) ?? [];
    if (index === undefined) continue;
    const own = found.get(Number(index)) ?? [];
    own.push({ path: rest, message });
    found.set(Number(index), own);
  }
  return found;
}
