/** Interval between snapshots of an instance's metrics. */
export const SNAPSHOT_EVERY_MS = 2_000;
/** Instances are removed from the list this long after their last snapshot. */
export const SNAPSHOT_LIFE_SECONDS = 10;
