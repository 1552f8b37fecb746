import {
  MAX_FEEDS_PER_CONNECTION,
  SEARCH_PARAMETERS,
  searchQuerySchema,
  type SearchAnswer,
} from '@tocsin/contracts';
import { invalidQuery, sendProblem, type Logger } from '@tocsin/service';
import { Router, type RequestHandler } from 'express';
import { BadCursorError, type SearchRequest } from '../../readers/search/search.ts';
import { readerOf } from '../../readers/reader.ts';
import { isPermitted, sendUnavailable } from '../responses.ts';
import { namedFeeds } from '../named-feeds.ts';
import { readQuery } from '../read-query.ts';

export interface SearchRouteOptions {
  search: (reader: string, request: SearchRequest) => Promise<SearchAnswer>;
  /** Refuses searches above the rate limit for a reader or address. */
  limit: RequestHandler;
  log: Logger;
}

/** `GET /app/notifications` with search parameters. Other requests fall through to the next route. */
export function searchRoutes({ search, limit, log }: SearchRouteOptions): Router {
  const router = Router();
  router.get(
    '/app/notifications',
    (request, _response, next) => {
      const isSearch = SEARCH_PARAMETERS.some((name) => name in request.query);
      next(isSearch ? undefined : 'route');
    },
    limit,
    async (request, response) => {
      const query = readQuery(searchQuerySchema, request, response, ['feed']);
      if (!query) return;
      const { feed, clientId, ...rest } = query;
      const feeds = [...new Set(feed ?? namedFeeds(request.identity).slice(0, MAX_FEEDS_PER_CONNECTION))];
      if (!feeds.every((one) => isPermitted(request, response, one))) return;
      try {
        const answer = await search(readerOf(request.identity, clientId), { ...rest, feeds });
        response.set('Cache-Control', 'no-store').json(answer);
      } catch (error) {
        if (error instanceof BadCursorError) {
          const errors = [{ path: 'cursor', message: error.message }];
          return sendProblem(response, invalidQuery(errors, 'The query is invalid; see errors.'));
        }
        log.warn({ err: error }, 'a search failed');
        sendUnavailable(response, 'Search is unavailable right now. Try again.');
      }
    },
  );
  return router;
}
