/** The client's durations, in milliseconds, and related counts. */
export const TIMING = {
  /** Request the missing publications when a gap has stayed open this long. */
  gap: 500,
  /** Subscribe to a feed again after this long without an event. */
  silence: 25_000,
  /** After this long without an event on a connection, probe the server, which normally sends a position every 10 s. */
  quiet: 10_500,
  /** If the probe isn't answered within this time, the connection is doubtful. `quiet + doubt` is less than 15 s. */
  doubt: 3_500,
  /** How often to check for suspended timers. */
  wakeCheck: 1_000,
  /** If such a check is at least this late, the tab or the device has slept. */
  slept: 10_000,
  /** Treat a subscribe request as temporarily refused after this long without an answer. */
  acknowledgement: 10_000,
  /** First delay before retrying a subscribe request, a mark or a token. */
  retryMin: 500,
  /** Longest delay before retrying a subscribe request, a mark or a token. */
  retryMax: 15_000,
  /** Number of times that a mark is retried, within about a minute. */
  retries: 8,
  /** The longest delay before a retry that a server can request. */
  retryAfterMax: 60_000,
  /** First delay before the socket reconnects. */
  reconnectMin: 500,
  /** Longest delay before the socket reconnects. */
  reconnectMax: 5_000,
  /** Maximum random delay, added to the delay that a draining instance sets for each client. */
  drainJitter: 250,
  /** After this long without a connection, the client reports `offline`. */
  offlineAfter: 20_000,
  /** How often a tab checks that the leader still responds. */
  tabCheck: 2_000,
  /** Number of failed checks after which the tab takes over. */
  tabMisses: 3,
  /** How long a tab keeps looking connected between two leaders. */
  tabHandover: 3_000,
  /** Default timeout of a REST call. */
  page: 10_000,
} as const;
