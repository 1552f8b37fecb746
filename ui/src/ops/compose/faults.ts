import type { Fault } from '@tocsin/contracts';

/** The errors of a member, without those of nested members. */
export const faultsAt = (faults: readonly Fault[], path: string): Fault[] =>
  faults.filter((fault) => fault.path === path);

/** The errors of members that have no field in the form. */
export const faultsElsewhere = (faults: readonly Fault[], fields: readonly string[]): Fault[] =>
  faults.filter(({ path }) => !fields.includes(path));
