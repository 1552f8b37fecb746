import { unreadQuerySchema, DEFAULT_FEED, type FeedUnread, type Identity } from '@tocsin/contracts';
import { methodNotAllowed, type Logger } from '@tocsin/service';
import { Router } from 'express';
import type { ReadStates } from '../../readers/read-states.ts';
import { readerOf } from '../../readers/reader.ts';
import { isPermitted, sendUnavailable } from '../answers.ts';
import { readQuery } from '../read-query.ts';

/** Feeds that are counted in one call at most. */
const MOST_FEEDS = 100;
const FEEDS_AT_ONCE = 8;

/** `GET /app/unread`: how much is unread in one feed, or in all that the reader's token names. */
export function unreadRoutes(states: Pick<ReadStates, 'unread'>, log: Logger): Router {
  const router = Router();
  router
    .route('/app/unread')
    .get(async (request, response) => {
      const query = readQuery(unreadQuerySchema, request, response);
      if (!query || (query.feed !== undefined && !isPermitted(request, response, query.feed))) return;
      const reader = readerOf(request.identity, query.clientId);
      const names = query.feed === undefined ? feedsOf(request.identity) : [query.feed];
      try {
        const feeds: FeedUnread[] = [];
        for (let start = 0; start < names.length; start += FEEDS_AT_ONCE) {
          const some = names.slice(start, start + FEEDS_AT_ONCE);
          feeds.push(
            ...(await Promise.all(
              some.map(async (feed) => ({ feed, ...(await states.unread(reader, feed)) })),
            )),
          );
        }
        const total = feeds.reduce((sum, { unread }) => sum + unread, 0);
        const more = feeds.some((one) => one.more);
        response.set('Cache-Control', 'no-store').json({ total, more, feeds });
      } catch (error) {
        log.warn({ err: error }, 'unread notifications could not be counted');
        sendUnavailable(response, 'Unread notifications cannot be counted now. Ask again.');
      }
    })
    .all(methodNotAllowed('GET', 'HEAD'));
  return router;
}

/** The feeds that a token names; a pattern for topics names none. */
function feedsOf(identity: Identity | undefined): string[] {
  if (!identity) return [DEFAULT_FEED];
  const topics = identity.feeds.filter((pattern) => !pattern.endsWith('*'));
  return [DEFAULT_FEED, `user:${identity.sub}`, ...topics.map((name) => `topic:${name}`)].slice(
    0,
    MOST_FEEDS,
  );
}
