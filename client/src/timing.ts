/** The client's durations (ms) and related counts. */
export const TIMING = {
  /** Time after a gap opens before the client requests the missing publications. */
  gap: 500,
  /** Time without events about a feed before the client resubscribes to the feed. */
  silence: 25_000,
  /**
   * Time without events on a connection before the client sends the server a probe. Normally, the server sends a
   * position at least every 10 s.
   */
  quiet: 10_500,
  /**
   * If a probe gets no response within this time, the connection is suspect. `quiet + probe` must be less than 15 s,
   * because the documentation promises that a dead connection is detected within 15 s.
   */
  probe: 3_500,
  /** Interval between checks for suspended timers. */
  wakeCheck: 1_000,
  /** If a check is late by at least this time, the tab or the device was asleep. */
  slept: 10_000,
  /** Timeout for subscribe requests. A timeout counts as a temporary refusal. */
  acknowledgement: 10_000,
  /**
   * Timeout for `getToken` when a connection needs a token. Less than the default time that servers allow for a
   * handshake, 10 s.
   */
  token: 8_000,
  /** Initial retry delay for a subscribe request, a mark or a token. */
  retryMin: 500,
  /** Maximum retry delay for a subscribe request, a mark or a token. */
  retryMax: 15_000,
  /**
   * After a refusal because of too many requests, the backoff continues as if this many attempts had failed, so that
   * the next delay is several seconds.
   */
  busyAttempts: 4,
  /** Maximum number of retries for a mark. All retries together take about a minute. */
  retries: 8,
  /** Maximum retry delay that a server can request. */
  retryAfterMax: 60_000,
  /** Initial delay before the socket reconnects. */
  reconnectMin: 500,
  /** Maximum delay before the socket reconnects. */
  reconnectMax: 5_000,
  /** Maximum random delay that the client adds to the delay that a draining instance has requested. */
  drainJitter: 250,
  /** Time without being live before the client reports `offline`. */
  offlineAfter: 20_000,
  /** Interval at which a tab checks that the leader still responds. */
  tabCheck: 2_000,
  /** Number of failed checks in a row after which a tab takes over as leader. */
  tabMisses: 3,
  /** Time for which a tab can still look connected while the leader changes. */
  tabHandover: 3_000,
  /** Default timeout for REST calls. */
  page: 10_000,
} as const;
