/** Limits of the public contract. Sizes are in bytes of UTF-8 JSON unless a name says otherwise. */
export const MAX_NOTIFICATIONS_PER_REQUEST = 1_000;
export const MAX_REQUEST_BYTES = 1024 * 1024;

/** Maximum notifications and bytes per entry. Anything more goes into the next entry. */
export const MAX_ENTRY_NOTIFICATIONS = 1_000;
export const MAX_ENTRY_BYTES = 256 * 1024;

/** Entry lifetime. Longer than the announcement stream's (24 h) so that late announcements still find their entry. */
export const ENTRY_LIFE_MS = 25 * 60 * 60 * 1000;

/** Maximum publications and bytes per response or event. If `more` is set, the client requests the rest. */
export const MAX_PAGE_PUBLICATIONS = 1_000;
export const MAX_PAGE_BYTES = 256 * 1024;

export const DEFAULT_PAGE_LIMIT = 50;
export const MAX_PAGE_LIMIT = 200;

/** Maximum number of feeds that a connection can subscribe to. */
export const MAX_FEEDS_PER_CONNECTION = 100;
/**
 * Maximum total length in characters of the feed names in a stream. Event ids contain them and must fit into a header.
 */
export const MAX_STREAM_FEEDS_LENGTH = 4_096;
/** Connections with more unsent bytes are closed. The client reconnects and resumes from its position. */
export const MAX_BACKLOG_BYTES = 1024 * 1024;

/** Maximum client message size in bytes. */
export const MAX_CLIENT_MESSAGE_BYTES = 128 * 1024;
/** The server closes a connection that sends this many invalid requests within a minute. */
export const MAX_INVALID_REQUESTS_PER_MINUTE = 20;

/**
 * Request limits per connection: burst and rate per second. Excess requests are refused with `too_many_requests`.
 * After `MAX_REFUSED_REQUESTS_PER_MINUTE` refusals within a minute, the server closes the connection.
 */
export const MAX_REQUEST_BURST = 400;
export const MAX_REQUESTS_PER_SECOND = 50;
export const MAX_REFUSED_REQUESTS_PER_MINUTE = 1_000;

/** Maximum token length in characters. */
export const MAX_TOKEN_LENGTH = 16_384;

/** Maximum number of ids in a read state and per request. */
export const MAX_READ_IDS = 1_000;
/**
 * Maximum JSON size of a read state's ids in bytes, enough for 1,000 UUIDs. Above this, the oldest ids are dropped, and
 * `offset` is raised so that all publications before the remaining ids count as read.
 */
export const MAX_READ_BYTES = 40_000;
export const MAX_MUTED_FEEDS = 200;
/** Maximum JSON size of a reader's muted feeds in bytes, enough for 200 topic names of maximum length. */
export const MAX_MUTED_BYTES = 32 * 1024;

/** Maximum number of ranges per list of marks for each reader and feed. The oldest ranges are dropped first. */
export const MAX_MARKED_RANGES = 1_000;
/**
 * Maximum size of the marks in a reader's inbox, and maximum number of feeds with marks. The least recently changed
 * feeds are dropped first.
 */
export const MAX_MARKS_BYTES = 64 * 1024;
export const MAX_MARKED_FEEDS = 200;
/** Maximum number and total size of a reader's snoozes. Additional snoozes are refused. */
export const MAX_SNOOZED = 200;
export const MAX_SNOOZED_BYTES = 64 * 1024;
/** Maximum number of sources and of categories that a reader can mute. */
export const MAX_MUTED_NAMES = 200;
/** Maximum number of temporary mutes. */
export const MAX_MUTED_UNTIL = 20;
/** Maximum size of a reader's preferences in bytes. */
export const MAX_PREFERENCES_BYTES = 64 * 1024;
/** Maximum search text length in characters. */
export const MAX_QUERY_LENGTH = 200;

export const MAX_EPOCH_LENGTH = 64;

/** `deliverAt`, snoozes and temporary mutes can be at most a year ahead. */
export const MAX_SCHEDULE_MS = 366 * 24 * 60 * 60 * 1000;
