import { DOCUMENT_VERSION, type Head } from '@tocsin/contracts';
import type { FeedLog, StoredHead, StoreOrigin } from '../ports.ts';

export interface ReadHeadDependencies {
  log: FeedLog;
  origin: StoreOrigin;
}

/**
 * The head of a feed, or its beginning in the store's first epoch if it has no head. A beginning is not stored, so a
 * request for any feed stores nothing; the first commit stores it and keeps its epoch. Instances agree on it, and it
 * disappears with the store. A head that is absent for another reason looks like a rollback to 0, which only instances
 * with a high-water mark notice.
 */
export async function readHead(feed: string, { log, origin }: ReadHeadDependencies): Promise<StoredHead> {
  return (await log.readHead(feed)) ?? { head: beginningIn(await origin.firstEpoch()), etag: 0 };
}

const beginningIn = (epoch: string): Head => ({
  v: DOCUMENT_VERSION,
  epoch,
  version: 0,
  offset: 0,
  segments: [],
  ids: [],
  producers: {},
  unconfirmed: [],
});
