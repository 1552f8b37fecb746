import type { Fault } from '@tocsin/contracts';

/** Returns the errors of the member at `path`, excluding those of nested members. */
export const faultsAt = (faults: readonly Fault[], path: string): Fault[] =>
  faults.filter((fault) => fault.path === path);

/** Returns the errors of members without a form field. */
export const otherFaults = (faults: readonly Fault[], fields: readonly string[]): Fault[] =>
  faults.filter(({ path }) => !fields.includes(path));
