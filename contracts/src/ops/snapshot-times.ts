/** Interval between metrics snapshots. */
export const SNAPSHOT_EVERY_MS = 2_000;
/** Time after the last snapshot before an instance is removed from the list. */
export const SNAPSHOT_LIFE_SECONDS = 10;
