/**
 * An offset in `epoch`. By default, that's the epoch of the feed's subscription when `mark` is called. The server
 * ignores the offset if the feed is in another epoch.
 */
export interface UpTo {
  offset: number;
  epoch?: string;
}

/** All notifications up to `offset`, these `ids`, or both. */
export type Read = (UpTo & { ids?: readonly string[] }) | { offset?: never; ids: readonly string[] };

/** Ids of notifications in a feed. */
export interface NamedIds {
  ids: readonly string[];
}

/** The marks that a reader can set on a feed's notifications, mapped to their parameters. */
export interface ReaderMarkChanges {
  read: Read;
  /** Marks read notifications as unread. */
  unread: NamedIds;
  /** Marks all notifications up to `offset` as seen, so the bell no longer counts them. */
  seen: UpTo;
  /** Moves notifications to the archive if they are still in the history or have been snoozed. */
  archive: Read;
  /** Moves notifications from the archive back to their previous place. */
  unarchive: NamedIds;
  /**
   * Removes notifications from the inbox until a given time at most a year ahead. A second snooze replaces the first.
   */
  snooze: NamedIds & { until: Date | string };
  /** Ends snoozes. The server deletes a snooze's copy of the notification if the feed's history still has it. */
  unsnooze: NamedIds;
}
