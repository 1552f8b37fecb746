/** Limits of the public contract. Sizes are bytes of UTF-8 JSON unless a name says otherwise. */
export const MAX_NOTIFICATIONS_PER_REQUEST = 1_000;
export const MAX_REQUEST_BYTES = 1024 * 1024;

/** One entry holds at most this many notifications and bytes; what is more becomes the next entry. */
export const MAX_ENTRY_NOTIFICATIONS = 1_000;
export const MAX_ENTRY_BYTES = 256 * 1024;

/** An entry outlives the stream that announces it (24 h), so a late announcement still finds its entry. */
export const ENTRY_LIFE_MS = 25 * 60 * 60 * 1000;

/** One answer or event holds at most this many publications and bytes; `more: true` says: ask again. */
export const MAX_PAGE_PUBLICATIONS = 1_000;
export const MAX_PAGE_BYTES = 256 * 1024;

export const DEFAULT_PAGE_LIMIT = 50;
export const MAX_PAGE_LIMIT = 200;

/** A message from a client may have 128 KiB. */
export const MAX_CLIENT_MESSAGE_BYTES = 128 * 1024;
/** So many invalid requests within a minute end the connection. */
export const MAX_INVALID_REQUESTS_PER_MINUTE = 20;

/**
 * A connection may send so many requests at once, and so many a second in the long run; what is more is refused for
 * now. One that goes on until so many were refused within a minute is ended.
 */
export const MAX_REQUEST_BURST = 400;
export const MAX_REQUESTS_PER_SECOND = 50;
export const MAX_REFUSED_REQUESTS_PER_MINUTE = 1_000;

/** Characters of a token. */
export const MAX_TOKEN_LENGTH = 16_384;

/** Ids that a reader has read after its offset, and that one request may name. */
export const MAX_READ_IDS = 1_000;
/** Bytes of a reader's ids of one feed, as JSON: 1,000 UUIDs. Beyond it the oldest ids fold into the offset. */
export const MAX_READ_BYTES = 40_000;
export const MAX_MUTED_FEEDS = 200;
/** Bytes of the feeds that a reader mutes, as JSON; enough for 200 of the longest names of topics. */
export const MAX_MUTED_BYTES = 32 * 1024;

export const MAX_EPOCH_LENGTH = 64;

/** A notification may be scheduled for at most a year ahead. */
export const MAX_SCHEDULE_MS = 366 * 24 * 60 * 60 * 1000;
