import { pageQuerySchema, type PageQuery } from '@tocsin/contracts';
import { methodNotAllowed, type Logger } from '@tocsin/service';
import { Router } from 'express';
import { readPageFor, type ReaderPages } from '../../readers/page-for-reader.ts';
import { readerOf } from '../../readers/reader.ts';
import type { FeedViews } from '../../recover/views/feed-views.ts';
import type { PageRequest } from '../../recover/page/page.ts';
import { isPermitted, sendUnavailable } from '../responses.ts';
import { readQuery } from '../read-query.ts';

/** `GET /app/notifications`: a feed's newest page, or the page before or after a position. */
export function notificationRoutes(views: FeedViews, pages: ReaderPages, log: Logger): Router {
  const router = Router();
  router
    .route('/app/notifications')
    .get(async (request, response) => {
      const query = readQuery(pageQuerySchema, request, response);
      if (!query || !isPermitted(request, response, query.feed)) return;
      try {
        const reader = readerOf(request.identity, query.clientId);
        const page = await readPageFor(reader, views.view(query.feed), requestOf(query), pages);
        response.set('Cache-Control', 'no-store').json(page);
      } catch (error) {
        log.warn({ err: error, feed: query.feed }, 'cannot read a page');
        sendUnavailable(response, 'The feed cannot be read right now. Try again.');
      }
    })
    .all(methodNotAllowed('GET', 'HEAD'));
  return router;
}

function requestOf({ epoch, after, before, limit }: PageQuery): PageRequest {
  if (epoch !== undefined && after !== undefined)
    return { kind: 'after', position: { epoch, offset: after }, limit };
  if (epoch !== undefined && before !== undefined)
    return { kind: 'before', position: { epoch, offset: before }, limit };
  return { kind: 'newest', limit };
}
