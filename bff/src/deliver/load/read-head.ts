import { DOCUMENT_VERSION, type Head } from '@tocsin/contracts';
import type { FeedLog, StoredHead, StoreOrigin } from '../ports.ts';

export interface ReadHeadDependencies {
  log: FeedLog;
  origin: StoreOrigin;
}

/**
 * Reads the feed's head. A feed without a stored head gets an empty head in the store's first epoch, which all
 * instances agree on. The feed's first commit stores the head in that epoch. If the store lost the head, this looks
 * like a rollback to offset 0. Only instances with a high-water mark detect that.
 */
export async function readHead(feed: string, { log, origin }: ReadHeadDependencies): Promise<StoredHead> {
  return (await log.readHead(feed)) ?? { head: emptyHeadIn(await origin.firstEpoch()), etag: 0 };
}

const emptyHeadIn = (epoch: string): Head => ({
  v: DOCUMENT_VERSION,
  epoch,
  version: 0,
  offset: 0,
  segments: [],
  ids: [],
  producers: {},
  unconfirmed: [],
});
