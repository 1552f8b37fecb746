/** Dapr's etag for a key that must not exist yet. */
export const ABSENT = '-1';

/** The etag of a key after so many writes, as Dapr counts them on Redis; before the first one it must not exist. */
export const etagAfter = (writes: number): string => (writes === 0 ? ABSENT : String(writes));
