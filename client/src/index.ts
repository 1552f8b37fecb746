export { createNotificationClient } from './client.ts';
export { ClientError, ProblemError } from './errors.ts';
export { Expiries } from './expiries.ts';
export { fetchPage, type FetchPageOptions, type PageRequest } from './fetch-page.ts';
export { MAX_ASIDE, FeedMerge } from './merge.ts';
export type { Delivery, MergeEffect, MergeEvent } from './merge-types.ts';
export { fetchMutes, putMutes } from './mutes.ts';
export { memoryPositions } from './positions.ts';
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
