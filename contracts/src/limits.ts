/** Limits of the public contract. Sizes are bytes of UTF-8 JSON unless a name says otherwise. */
export const MAX_NOTIFICATIONS_PER_REQUEST = 1_000;
export const MAX_REQUEST_BYTES = 1024 * 1024;

/** One entry holds at most this many notifications and bytes; the rest becomes the next entry. */
export const MAX_ENTRY_NOTIFICATIONS = 1_000;
export const MAX_ENTRY_BYTES = 256 * 1024;

/** An entry outlives the stream that announces it (24 h), so a late announcement still finds its entry. */
export const ENTRY_LIFE_MS = 25 * 60 * 60 * 1000;

/** One answer or event holds at most this many publications and bytes; with `more: true` the client asks again. */
export const MAX_PAGE_PUBLICATIONS = 1_000;
export const MAX_PAGE_BYTES = 256 * 1024;

export const DEFAULT_PAGE_LIMIT = 50;
export const MAX_PAGE_LIMIT = 200;

/** Feeds that one connection may be subscribed to. */
export const MAX_FEEDS_PER_CONNECTION = 100;
/** Characters of the names of all feeds of one stream, so that its event ids fit into a header. */
export const MAX_STREAM_FEEDS_LENGTH = 4_096;
/** A connection that has this many bytes waiting is closed; its client recovers by position. */
export const MAX_BACKLOG_BYTES = 1024 * 1024;

/** Bytes of one message from a client. */
export const MAX_CLIENT_MESSAGE_BYTES = 128 * 1024;
/** This many invalid requests within a minute end the connection. */
export const MAX_INVALID_REQUESTS_PER_MINUTE = 20;

/**
 * A connection may send this many requests at once, and this many per second over time. Further requests are refused
 * with `too_many_requests`; after this many refusals within a minute the connection ends.
 */
export const MAX_REQUEST_BURST = 400;
export const MAX_REQUESTS_PER_SECOND = 50;
export const MAX_REFUSED_REQUESTS_PER_MINUTE = 1_000;

/** Characters of a token. */
export const MAX_TOKEN_LENGTH = 16_384;

/** Ids of a read state beyond its offset, and ids in one request. */
export const MAX_READ_IDS = 1_000;
/** Bytes of the ids in a read state, as JSON: 1,000 UUIDs. Beyond this the oldest ids fold into the offset. */
export const MAX_READ_BYTES = 40_000;
export const MAX_MUTED_FEEDS = 200;
/** Bytes of the muted feeds of a reader, as JSON; enough for 200 of the longest topic names. */
export const MAX_MUTED_BYTES = 32 * 1024;

/** Ranges of offsets that a reader's inbox keeps of one feed in each of its lists; the oldest go for the newest. */
export const MAX_MARKED_RANGES = 1_000;
/** Bytes of the marks of all feeds in a reader's inbox, and the feeds it may have marks of; the oldest feeds go first. */
export const MAX_MARKS_BYTES = 64 * 1024;
export const MAX_MARKED_FEEDS = 200;
/** Notifications that a reader may have snoozed, and their bytes. One more is refused. */
export const MAX_SNOOZED = 200;
export const MAX_SNOOZED_BYTES = 64 * 1024;
/** Sources, and categories, that a reader may mute. */
export const MAX_MUTED_NAMES = 200;
/** Bytes of a reader's preferences. */
export const MAX_PREFERENCES_BYTES = 64 * 1024;
/** Characters of a search. */
export const MAX_QUERY_LENGTH = 200;

export const MAX_EPOCH_LENGTH = 64;

/** `deliverAt` may lie at most a year ahead. */
export const MAX_SCHEDULE_MS = 366 * 24 * 60 * 60 * 1000;
