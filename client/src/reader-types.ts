/**
 * An offset in `epoch`. `epoch` defaults to the epoch of the feed's subscription at the time of the call to `mark`. The
 * server ignores the offset if the feed has another epoch.
 */
export interface UpTo {
  offset: number;
  epoch?: string;
}

/** Refers to all notifications up to `offset`, to the notifications with these `ids`, or to both. */
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
  /** Moves notifications to the archive. They must still be in the history or have been snoozed. */
  archive: Read;
  /** Moves notifications from the archive back to their previous place. */
  unarchive: NamedIds;
  /**
   * Removes notifications from the inbox until a given time, at most a year ahead. A second snooze of a notification
   * replaces the first.
   */
  snooze: NamedIds & { until: Date | string };
  /**
   * Ends snoozes. If the feed's history still has a notification, the server deletes the copy that it made for the
   * snooze.
   */
  unsnooze: NamedIds;
}
