/** Limits of the public contract. Sizes are in bytes of UTF-8 JSON, unless the name says otherwise. */
export const MAX_NOTIFICATIONS_PER_REQUEST = 1_000;
export const MAX_REQUEST_BYTES = 1024 * 1024;

/** Maximum number of notifications and bytes per entry. Further notifications go into the next entry. */
export const MAX_ENTRY_NOTIFICATIONS = 1_000;
export const MAX_ENTRY_BYTES = 256 * 1024;

/**
 * How long an entry is stored. Longer than the announcement stream's lifetime (24 h), so that late announcements still
 * find their entry.
 */
export const ENTRY_LIFE_MS = 25 * 60 * 60 * 1000;

/** Maximum number of publications and bytes per response or event. If `more` is set, the client requests the rest. */
export const MAX_PAGE_PUBLICATIONS = 1_000;
export const MAX_PAGE_BYTES = 256 * 1024;

export const DEFAULT_PAGE_LIMIT = 50;
export const MAX_PAGE_LIMIT = 200;

/** Maximum number of feeds that a connection can subscribe to. */
export const MAX_FEEDS_PER_CONNECTION = 100;
/**
 * Maximum total length of a stream's feed names in characters. The stream's event ids contain these names, and must
 * fit into the `Last-Event-ID` header.
 */
export const MAX_STREAM_FEEDS_LENGTH = 4_096;
/**
 * Maximum number of bytes that wait to be sent to a connection. If there are more, the server closes the connection.
 * The client reconnects and resumes from its position.
 */
export const MAX_BACKLOG_BYTES = 1024 * 1024;

/** Maximum size of a message from a client in bytes. The server closes a connection that sends a larger message. */
export const MAX_CLIENT_MESSAGE_BYTES = 128 * 1024;
/** The server closes a connection that sends this many invalid requests within a minute. */
export const MAX_INVALID_REQUESTS_PER_MINUTE = 20;

/**
 * Limits for the requests on a connection: burst, and rate per second. Requests above these limits are refused with
 * `too_many_requests`. After `MAX_REFUSED_REQUESTS_PER_MINUTE` refusals within a minute, the server closes the
 * connection.
 */
export const MAX_REQUEST_BURST = 400;
export const MAX_REQUESTS_PER_SECOND = 50;
export const MAX_REFUSED_REQUESTS_PER_MINUTE = 1_000;

/** Maximum token length in characters. */
export const MAX_TOKEN_LENGTH = 16_384;

/** Maximum number of ids in a read state, and in a request. */
export const MAX_READ_IDS = 1_000;
/**
 * Maximum JSON size of a read state's ids in bytes, enough for 1,000 UUIDs. If the ids are larger, the oldest are
 * dropped, and `offset` is raised so that all publications before the remaining ids count as read.
 */
export const MAX_READ_BYTES = 40_000;
export const MAX_MUTED_FEEDS = 200;
/** Maximum JSON size of a reader's muted feeds in bytes, enough for 200 topic names of maximum length. */
export const MAX_MUTED_BYTES = 32 * 1024;

/**
 * Maximum number of ranges in a list of marks. Each reader has such lists for each feed. If a list has more ranges, the
 * oldest are dropped.
 */
export const MAX_MARKED_RANGES = 1_000;
/**
 * Maximum size of all marks in a reader's inbox, and maximum number of feeds with marks. Above these limits, the marks
 * of the least recently changed feeds are dropped.
 */
export const MAX_MARKS_BYTES = 64 * 1024;
export const MAX_MARKED_FEEDS = 200;
/** Maximum number and total size of a reader's snoozes. Further snoozes are refused. */
export const MAX_SNOOZED = 200;
export const MAX_SNOOZED_BYTES = 64 * 1024;
/** Maximum number of sources and of categories that a reader can mute. */
export const MAX_MUTED_NAMES = 200;
/** Maximum number of temporary mutes. */
export const MAX_MUTED_UNTIL = 20;
/** Maximum search text length in characters. */
export const MAX_QUERY_LENGTH = 200;

export const MAX_EPOCH_LENGTH = 64;

/** `deliverAt`, snoozes and temporary mutes can be at most a year ahead. */
export const MAX_SCHEDULE_MS = 366 * 24 * 60 * 60 * 1000;
