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
export { fetchMutes, putMutes } from './rest/mutes.ts';
export { memoryPositions } from './subscription/positions.ts';
export { isPosition } from './shapes.ts';
export type * from './types.ts';
export type {
  GoneReason,
  LivePublication,
  Notification,
  Page,
  Position,
  Publication,
  ReadState,
  Severity,
  SocketError,
} from '@tocsin/contracts';
