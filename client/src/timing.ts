/** Durations of the client, in milliseconds, and related counts. */
export const TIMING = {
  /** A gap that stays open this long is recovered. */
  gap: 500,
  /** Subscribe to a feed again after this long without an event. */
  silence: 25_000,
  /**
   * After this long without any event on a connection (`quiet`), ask the server. It normally sends a position every
   * 10 s. Without an answer within `doubt`, the connection counts as lost. Together they are below 15 s.
   */
  quiet: 10_500,
  doubt: 3_500,
  /** How often to check for suspended timers, and the delay that counts as sleep. */
  wakeCheck: 1_000,
  slept: 10_000,
  /** A subscribe that is unanswered for this long counts as temporarily refused. */
  acknowledgement: 10_000,
  /** First and longest pause before a refused subscribe is repeated. */
  retryMin: 500,
  retryMax: 15_000,
  /** Retries of a read mark, over about a minute; and the longest pause that a server can ask for. */
  retries: 8,
  retryAfterMax: 60_000,
  /** First and longest pause before the socket reconnects. */
  reconnectMin: 500,
  reconnectMax: 5_000,
  /** Maximum random delay, added to the one that a draining instance sets for each client. */
  drainJitter: 250,
  /** After this long without a connection, the client reports `offline`. */
  offlineAfter: 20_000,
  /** How often a tab checks for the leader, and the number of misses after which it takes over. */
  tabCheck: 2_000,
  tabMisses: 3,
  /** How long a tab still looks connected between two leaders. */
  tabHandover: 3_000,
  /** Time limit of a page over REST. */
  page: 10_000,
} as const;
