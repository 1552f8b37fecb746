/** Interval between snapshots of an instance's metrics. */
export const SNAPSHOT_EVERY_MS = 2_000;
/** An instance is removed from the list this long after its last snapshot. */
export const SNAPSHOT_LIFE_SECONDS = 10;
