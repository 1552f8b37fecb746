/** The client's durations (ms) and related counts. */
export const TIMING = {
  /** Request missing publications after a gap has been open this long. */
  gap: 500,
  /** Resubscribe to a feed after this long without events. */
  silence: 25_000,
  /** Probe the server after this long without events on a connection. It normally sends a position every 10 s. */
  quiet: 10_500,
  /** The connection is doubtful if the probe gets no response within this time. `quiet + doubt` is less than 15 s. */
  doubt: 3_500,
  /** How often to check for suspended timers. */
  wakeCheck: 1_000,
  /** If a check is at least this late, the tab or the device has slept. */
  slept: 10_000,
  /** Treat a subscribe request as temporarily refused after this long without a response. */
  acknowledgement: 10_000,
  /** Initial retry delay for a subscribe request, a mark or a token. */
  retryMin: 500,
  /** Maximum retry delay for a subscribe request, a mark or a token. */
  retryMax: 15_000,
  /** How often to retry a mark. Takes about a minute. */
  retries: 8,
  /** Maximum retry delay that a server can ask for. */
  retryAfterMax: 60_000,
  /** Initial delay before the socket reconnects. */
  reconnectMin: 500,
  /** Maximum delay before the socket reconnects. */
  reconnectMax: 5_000,
  /** Maximum random delay added to the one that a draining instance sets for each client. */
  drainJitter: 250,
  /** Report `offline` after this long without a connection. */
  offlineAfter: 20_000,
  /** How often a tab checks that the leader still responds. */
  tabCheck: 2_000,
  /** A tab takes over after this many failed checks. */
  tabMisses: 3,
  /** How long a tab keeps looking connected between two leaders. */
  tabHandover: 3_000,
  /** Default timeout for REST calls. */
  page: 10_000,
} as const;
