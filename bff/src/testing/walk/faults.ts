/** What can go wrong in a walk; the last three lose part of the store. */
export const FAULTS = [
  ...(['restart', 'unknown', 'late', 'lose', 'reorder', 'dead', 'overlap', 'pause', 'kill'] as const),
  ...(['broadcast', 'reconnect', 'day', 'clock', 'empty', 'rollback', 'segment'] as const),
] as const;
export type Fault = (typeof FAULTS)[number];
