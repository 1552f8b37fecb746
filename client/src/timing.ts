/** The client's durations (ms) and related counts. */
export const TIMING = {
  /** Delay before requesting missing publications when a gap opens. */
  gap: 500,
  /** Time without events before the client resubscribes to a feed. */
  silence: 25_000,
  /**
   * Time without events on a connection before the client probes the server, which normally sends a position at least
   * every 10 s.
   */
  quiet: 10_500,
  /**
   * The connection is suspect if the probe gets no response within this time. `quiet + probe` must be less than 15 s,
   * the documented time in which a dead connection is detected.
   */
  probe: 3_500,
  /** Interval between checks for suspended timers. */
  wakeCheck: 1_000,
  /** If a check is at least this late, the tab or the device has slept. */
  slept: 10_000,
  /** Timeout for subscribe requests. A timeout counts as a temporary refusal. */
  acknowledgement: 10_000,
  /** Timeout for a connection's `getToken`. Less than the server's default limit for a handshake, 10 s. */
  token: 8_000,
  /** Initial retry delay for a subscribe request, a mark or a token. */
  retryMin: 500,
  /** Maximum retry delay for a subscribe request, a mark or a token. */
  retryMax: 15_000,
  /** Number of failed attempts to assume after too many requests, so that the next delay is several seconds. */
  busyAttempts: 4,
  /** Maximum number of retries for a mark. Together, they take about a minute. */
  retries: 8,
  /** Maximum retry delay that a server can request. */
  retryAfterMax: 60_000,
  /** Initial delay before the socket reconnects. */
  reconnectMin: 500,
  /** Maximum delay before the socket reconnects. */
  reconnectMax: 5_000,
  /** Maximum random delay added to the delay that a draining instance sets for each client. */
  drainJitter: 250,
  /** Time that the client isn't live before it reports `offline`. */
  offlineAfter: 20_000,
  /** Interval between a tab's checks that the leader still responds. */
  tabCheck: 2_000,
  /** Number of failed checks after which a tab takes over. */
  tabMisses: 3,
  /** Time that a tab may still appear connected while the leader changes. */
  tabHandover: 3_000,
  /** Default timeout for REST calls. */
  page: 10_000,
} as const;
