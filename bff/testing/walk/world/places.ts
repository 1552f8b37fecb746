/** The only feed and the only partition of a walk. */
export const FEED = 'all';
export const PARTITION = 0;
