import { unreadQuerySchema, type FeedUnread } from '@tocsin/contracts';
import { methodNotAllowed, type Logger } from '@tocsin/service';
import { Router } from 'express';
import { readerOf } from '../../readers/reader.ts';
import type { UnreadCount } from '../../readers/marks/unread.ts';
import { isPermitted, sendUnavailable } from '../responses.ts';
import { namedFeeds } from '../named-feeds.ts';
import { readQuery } from '../read-query.ts';

const PARALLEL_FEEDS = 8;

/**
 * `GET /app/unread`: unread counts for a single feed, or else for `all`, the reader's own feed and the token's topics.
 */
export function unreadRoutes(
  count: (reader: string, feed: string) => Promise<UnreadCount>,
  log: Logger,
): Router {
  const router = Router();
  router
    .route('/app/unread')
    .get(async (request, response) => {
      const query = readQuery(unreadQuerySchema, request, response);
      if (!query || (query.feed !== undefined && !isPermitted(request, response, query.feed))) return;
      const reader = readerOf(request.identity, query.clientId);
      const names = query.feed === undefined ? namedFeeds(request.identity) : [query.feed];
      try {
        const feeds: FeedUnread[] = [];
        for (let start = 0; start < names.length; start += PARALLEL_FEEDS) {
          const batch = names.slice(start, start + PARALLEL_FEEDS);
          feeds.push(
            ...(await Promise.all(batch.map(async (feed) => ({ feed, ...(await count(reader, feed)) })))),
          );
        }
        const total = feeds.reduce((sum, { unread }) => sum + unread, 0);
        const unseen = feeds.reduce((sum, one) => sum + (one.unseen ?? 0), 0);
        const more = feeds.some((one) => one.more);
        response.set('Cache-Control', 'no-store').json({ total, unseen, more, feeds });
      } catch (error) {
        log.warn({ err: error }, 'cannot count unread notifications');
        sendUnavailable(response, 'Unread notifications cannot be counted right now. Try again.');
      }
    })
    .all(methodNotAllowed('GET', 'HEAD'));
  return router;
}
