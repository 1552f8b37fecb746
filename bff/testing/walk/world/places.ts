/** A walk's only feed and partition. */
export const FEED = 'all';
export const PARTITION = 0;
