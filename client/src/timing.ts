/** Times of the client in milliseconds. */
export const TIMING = {
  /** A gap that stays so long is recovered. */
  gap: 500,
  /** Nothing heard of a feed for so long: subscribe again. */
  silence: 25_000,
  /**
   * Nothing heard of any feed on a connection for so long: the server, which tells a position every 10 s, is asked;
   * without a sign of life for so long after that, the connection counts as lost. Together under 15 s.
   */
  quiet: 10_500,
  doubt: 3_500,
  /** How often it is looked whether the timers stood still, and for how long to count as asleep. */
  wakeCheck: 1_000,
  slept: 10_000,
  /** A subscribe without an acknowledgement for so long counts as refused for now. */
  acknowledgement: 10_000,
  /** First and longest pause before a refused subscribe is repeated. */
  retryMin: 500,
  retryMax: 15_000,
  /** So often what was read is sent again, which takes about a minute; and the longest pause that a server may ask for. */
  repeats: 8,
  retryAfterMax: 60_000,
  /** First and longest pause before the socket connects again. */
  reconnectMin: 500,
  reconnectMax: 5_000,
  /** Clients of a draining instance, which says when each is to go, spread by so much more. */
  drainJitter: 250,
  /** Without a connection for so long the client calls itself offline. */
  offlineAfter: 20_000,
  /** How often a tab asks whether the one that leads is there, and how many times in vain before it takes over. */
  tabCheck: 2_000,
  tabMisses: 3,
  /** Between two leaders a tab does not look disconnected for so long. */
  tabHandover: 3_000,
  /** A page over REST that takes longer has failed. */
  page: 10_000,
} as const;
