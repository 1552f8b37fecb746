/** Milliseconds between metrics snapshots. */
export const SNAPSHOT_EVERY_MS = 2_000;
/** Seconds after its last snapshot until an instance is removed from the list. */
export const SNAPSHOT_LIFE_SECONDS = 10;
