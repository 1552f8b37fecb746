import { faultsOf, pageQuerySchema, type PageQuery } from '@tocsin/contracts';
import { methodNotAllowed, sendProblem, type Logger } from '@tocsin/service';
import { Router } from 'express';
import { mayRead } from '../auth/may-read.ts';
import type { FeedViews } from '../recover/feed-views.ts';
import { readPage, type PageRequest } from '../recover/page.ts';

/** `GET /app/notifications`: the newest page of a feed, or what follows or precedes a position. */
export function notificationRoutes(views: FeedViews, now: () => number, log: Logger): Router {
  const router = Router();
  router
    .route('/app/notifications')
    .get(async (request, response) => {
      if (!isUtf8Query(request.originalUrl)) {
        return sendProblem(response, {
          status: 400,
          code: 'invalid_query',
          detail: 'The query is not valid percent-encoded UTF-8.',
          errors: [{ path: '', message: 'must be valid percent-encoded UTF-8' }],
        });
      }
      const repeated = Object.entries(request.query).filter(([, value]) => typeof value !== 'string');
      const query = pageQuerySchema.safeParse(request.query);
      if (repeated.length > 0 || !query.success) {
        const twice = repeated.map(([path]) => ({ path, message: 'must be given once, as plain text' }));
        const names = new Set(twice.map(({ path }) => path));
        const faults = query.success ? [] : faultsOf(query.error).filter(({ path }) => !names.has(path));
        return sendProblem(response, {
          status: 400,
          code: 'invalid_query',
          detail: 'The query cannot be used; errors lists every fault.',
          errors: [...twice, ...faults],
        });
      }
      if (!mayRead(request.identity, query.data.feed)) {
        return sendProblem(response, {
          status: 403,
          code: 'forbidden',
          detail: 'The token does not permit this feed.',
        });
      }
      try {
        const page = await readPage(views.view(query.data.feed), requestOf(query.data), now);
        response.set('Cache-Control', 'no-store').json(page);
      } catch (error) {
        log.warn({ err: error, feed: query.data.feed }, 'a page could not be read');
        sendProblem(response, {
          status: 503,
          code: 'unavailable',
          detail: 'The feed cannot be read now. Ask again.',
          retryAfter: 1,
        });
      }
    })
    .all(methodNotAllowed('GET', 'HEAD'));
  return router;
}

/** Node's parser would put replacement characters where bytes are no UTF-8, and so read another feed's name. */
function isUtf8Query(url: string): boolean {
  try {
    decodeURIComponent(url.slice(url.indexOf('?') + 1));
    return true;
  } catch (error) {
    if (error instanceof URIError) return false;
    throw error;
  }
}

function requestOf({ epoch, after, before, limit }: PageQuery): PageRequest {
  if (epoch !== undefined && after !== undefined)
    return { kind: 'after', position: { epoch, offset: after }, limit };
  if (epoch !== undefined && before !== undefined)
    return { kind: 'before', position: { epoch, offset: before }, limit };
  return { kind: 'newest', limit };
}
