/** Everything up to `offset`, or these `ids`, or both. */
export type Read = { offset: number; ids?: readonly string[] } | { offset?: never; ids: readonly string[] };

/** Some notifications of a feed. */
export interface NamedIds {
  ids: readonly string[];
}

/** What a reader can do with notifications of a feed, and what it takes. */
export interface ReaderMarkChanges {
  read: Read;
  /** Marks as unread, although read. */
  unread: NamedIds;
  /** The reader has seen everything up to `offset`: the bell counts it no more. */
  seen: { offset: number };
  /** Moves to the archive, for as long as the history holds it. */
  archive: Read;
  /** Moves out of the archive, to where it was before. */
  unarchive: NamedIds;
  /** Takes out of the inbox until a time, at most a year ahead. Snoozed again: until that time. */
  snooze: NamedIds & { until: Date | string };
  /** Ends snoozes, also ones whose time has come. */
  unsnooze: NamedIds;
}
