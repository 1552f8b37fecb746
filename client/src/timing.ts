/** The client's durations, in milliseconds, and related counts. */
export const TIMING = {
  /** Recover a gap after it has stayed open this long. */
  gap: 500,
  /** Subscribe to a feed again after this long without an event. */
  silence: 25_000,
  /**
   * After this long without any event on a connection (`quiet`), probe the server, which normally sends a position
   * every 10 s. Without an answer within `doubt`, the connection is considered lost. The sum is below 15 s.
   */
  quiet: 10_500,
  doubt: 3_500,
  /** How often to check for suspended timers, and how late a check must be to count as sleep. */
  wakeCheck: 1_000,
  slept: 10_000,
  /** Treat a subscribe request as temporarily refused after this long without an answer. */
  acknowledgement: 10_000,
  /** First and longest delay before retrying a refused subscribe request. */
  retryMin: 500,
  retryMax: 15_000,
  /** Number of times a mark is retried (within about a minute), and the longest delay that a server can request. */
  retries: 8,
  retryAfterMax: 60_000,
  /** First and longest delay before the socket reconnects. */
  reconnectMin: 500,
  reconnectMax: 5_000,
  /** Maximum random delay, added to the delay that a draining instance sets for each client. */
  drainJitter: 250,
  /** After this long without a connection, the client reports `offline`. */
  offlineAfter: 20_000,
  /** How often a tab checks for the leader, and the number of failed checks after which it takes over. */
  tabCheck: 2_000,
  tabMisses: 3,
  /** How long a tab keeps looking connected between two leaders. */
  tabHandover: 3_000,
  /** Timeout for requesting a page over REST. */
  page: 10_000,
} as const;
