export { createNotificationClient } from './client.ts';
export { ClientError, ProblemError } from './errors.ts';
export { Expiries } from './merge/expiries.ts';
export { fetchPage, type FetchPageOptions, type PageRequest } from './rest/fetch-page.ts';
export {
  FeedMerge,
  REORDER_LIMIT,
  /** @deprecated Use `REORDER_LIMIT`. */
  REORDER_LIMIT as MAX_ASIDE,
} from './merge/merge.ts';
export type { Delivery, MergeEffect, MergeEvent } from './merge/merge-types.ts';
export {
  addPushDevice,
  agreeToEmail,
  fetchChannels,
  removePushDevice,
  sendEmailCode,
  stopEmail,
  type MessageLanguage,
} from './rest/channels.ts';
export { fetchMutes, putMutes } from './rest/mutes.ts';
export { changePreferences, fetchPreferences } from './rest/preferences.ts';
export { searchNotifications, type SearchRequest } from './rest/search.ts';
export { fetchUnread } from './rest/unread.ts';
export { memoryPositions } from './subscription/positions.ts';
export { isPosition } from './shapes.ts';
export { identityOf } from './tabs/group.ts';
export type * from './reader-types.ts';
export type * from './types.ts';
export * from './reader-rules.ts';
export type {
  Channels,
  DueSnooze,
  Found,
  GoneReason,
  IconName,
  InboxState,
  Interruption,
  LivePublication,
  Notification,
  Page,
  Place,
  Placed,
  Position,
  Preferences,
  Publication,
  QuietHours,
  Ranges,
  ReadState,
  SearchAnswer,
  SearchState,
  Severity,
  SnoozeMark,
  SocketError,
  Unread,
  Weekday,
} from '@tocsin/contracts';
