/** A load for which predicted resources are compared with measurements. */
export interface CheckLoad {
  connections: number;
  rate: number;
  feeds: number;
  instances: number;
  batch: number;
  /** `ENTRY_INTERVAL_MS` of the producer. */
  entryIntervalMs: number;
}

/** Loads that one machine can handle. They differ from the loads used to measure the constants. */
export const CHECK_LOADS: readonly CheckLoad[] = [
  { connections: 1_000, rate: 20, feeds: 1, instances: 2, batch: 1, entryIntervalMs: 0 },
  { connections: 2_000, rate: 100, feeds: 200, instances: 2, batch: 1, entryIntervalMs: 0 },
  { connections: 300, rate: 50, feeds: 30, instances: 4, batch: 1, entryIntervalMs: 0 },
  { connections: 1_000, rate: 300, feeds: 1_000, instances: 2, batch: 1, entryIntervalMs: 50 },
];
