/** Descriptions of the connection state. `reason` is the server's own text, or empty. */
export const connection = {
  live: 'New notifications appear as they arrive.',
  someRefused: (reason: string) => `Some feeds can't be shown. ${reason}`,
  olderFailed: "Older notifications can't be loaded right now.",
  connecting: 'Connecting…',
  reconnecting: 'Connection lost. Reconnecting…',
  offline: "You're offline. You'll see what you missed once you're back online.",
  unreachable: "The server can't be reached. Retrying…",
  restored: 'Connected again.',
  refused: (reason: string) => `The server refused access. ${reason}`.trim(),
};
