import type { Fault } from '@tocsin/contracts';

/** The faults of a member and of nothing below it. */
export const faultsAt = (faults: readonly Fault[], path: string): Fault[] =>
  faults.filter((fault) => fault.path === path);

/** The faults of members that no field stands for. */
export const faultsElsewhere = (faults: readonly Fault[], fields: readonly string[]): Fault[] =>
  faults.filter(({ path }) => !fields.includes(path));
