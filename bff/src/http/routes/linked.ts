import { linkedQuerySchema } from '@tocsin/contracts';
import { methodNotAllowed, sendProblem, type Logger } from '@tocsin/service';
import { Router, type RequestHandler } from 'express';
import { Slots } from '../../readers/search/slots.ts';
import type { FeedViews } from '../../recover/views/feed-views.ts';
import { findPublication } from '../../recover/find/find-publication.ts';
import { isPermitted, sendUnavailable } from '../responses.ts';
import { readQuery } from '../read-query.ts';

const MAX_RUNNING = 2;
const MAX_WAITING = 50;

export interface LinkedRouteOptions {
  views: Pick<FeedViews, 'view'>;
  /** Refuses requests above the rate limit for a reader or address. Searches share this limit. */
  limit: RequestHandler;
  now: () => number;
  log: Logger;
}

/** `GET /app/notification`: a single notification, for pages that open a link to it. */
export function linkedRoutes({ views, limit, now, log }: LinkedRouteOptions): Router {
  const slots = new Slots(MAX_RUNNING, MAX_WAITING);
  const router = Router();
  router
    .route('/app/notification')
    .get(limit, async (request, response) => {
      const query = readQuery(linkedQuerySchema, request, response);
      if (!query || !isPermitted(request, response, query.feed)) return;
      try {
        const found = await slots.run(() => findPublication(views.view(query.feed), query.id, now));
        response.set('Cache-Control', 'no-store');
        if (found) response.json(found);
        else {
          const detail = 'The feed has no notification with this id, or no longer stores it.';
          sendProblem(response, { status: 404, code: 'not_found', detail });
        }
      } catch (error) {
        log.warn({ err: error, feed: query.feed }, 'cannot look for a notification');
        sendUnavailable(response, 'The feed cannot be read right now. Try again.');
      }
    })
    .all(methodNotAllowed('GET', 'HEAD'));
  return router;
}
