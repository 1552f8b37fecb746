/** Times of the client in milliseconds. */
export const TIMING = {
  /** A gap that stays open this long is recovered. */
  gap: 500,
  /** Subscribe to a feed again after this much silence. */
  silence: 25_000,
  /**
   * After this much silence on a connection (`quiet`), ask the server, which sends a position every 10 s. Without a
   * sign of life within `doubt`, the connection counts as lost. Together under 15 s.
   */
  quiet: 10_500,
  doubt: 3_500,
  /** How often to check for suspended timers, and the pause that counts as sleep. */
  wakeCheck: 1_000,
  slept: 10_000,
  /** A subscribe that is unanswered this long counts as refused temporarily. */
  acknowledgement: 10_000,
  /** First and longest pause before a refused subscribe is repeated. */
  retryMin: 500,
  retryMax: 15_000,
  /** Retries of a read mark, over about a minute; and the longest pause that a server may ask for. */
  retries: 8,
  retryAfterMax: 60_000,
  /** First and longest pause before the socket reconnects. */
  reconnectMin: 500,
  reconnectMax: 5_000,
  /** Random delay on top of the one that a draining instance sets for each client. */
  drainJitter: 250,
  /** Without a connection for this long, the client reports `offline`. */
  offlineAfter: 20_000,
  /** How often a tab checks for the leader, and after how many misses it takes over. */
  tabCheck: 2_000,
  tabMisses: 3,
  /** How long a tab still looks connected between two leaders. */
  tabHandover: 3_000,
  /** Timeout of a page over REST. */
  page: 10_000,
} as const;
