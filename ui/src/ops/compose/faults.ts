import type { Fault } from '@tocsin/contracts';

/** The faults of a member, without those of its own members. */
export const faultsAt = (faults: readonly Fault[], path: string): Fault[] =>
  faults.filter((fault) => fault.path === path);

/** The faults of members without a field. */
export const faultsElsewhere = (faults: readonly Fault[], fields: readonly string[]): Fault[] =>
  faults.filter(({ path }) => !fields.includes(path));
