import { namedNotificationSchema } from '@tocsin/contracts';
import { methodNotAllowed, sendProblem, type Logger } from '@tocsin/service';
import { Router } from 'express';
import { TemporaryError } from '../../../deliver/errors.ts';
import type { FeedLog } from '../../../deliver/ports.ts';
import type { LimitsOf } from '../../../feed/limits.ts';
import { findInFeed } from '../../../recover/find/find-in-feed.ts';
import { findNotification, type SearchPlace } from '../../../ops/find/find-notification.ts';
import { findSetAside } from '../../../ops/find/find-set-aside.ts';
import type { SetAsideRecords } from '../../../ops/ports.ts';
import { Slots } from '../../../readers/search/slots.ts';
import { readQuery } from '../../read-query.ts';

const MAX_RUNNING = 1;
const MAX_WAITING = 4;

export interface FindRoutesOptions {
  log: Pick<FeedLog, 'readHead' | 'readDocuments'>;
  limitsOf: LimitsOf;
  setAsideRecords: Pick<SetAsideRecords, 'names' | 'records'>;
  findWaiting?: SearchPlace | undefined;
  findSchedule?: SearchPlace | undefined;
  now: () => number;
}

/** `GET /find?id=…&feed=…`: where a notification is. */
export function findRoutes(
  { log: feedLog, limitsOf, setAsideRecords, findWaiting, findSchedule, now }: FindRoutesOptions,
  log: Logger,
): Router {
  const slots = new Slots(MAX_RUNNING, MAX_WAITING);
  const places = {
    feed: (query) => findInFeed(feedLog, query, limitsOf(query.feed), now()),
    entries: findWaiting,
    setAside: ({ id }) => findSetAside(setAsideRecords, id),
    schedules: findSchedule,
  } satisfies Parameters<typeof findNotification>[1];
  const router = Router();
  router
    .route('/find')
    .get(async (request, response) => {
      const query = readQuery(namedNotificationSchema, request, response);
      if (!query) return;
      const onError = (place: string, err: unknown) =>
        log.warn({ err, place }, 'cannot search one of the places that could contain a notification');
      try {
        const found = await slots.run(() => findNotification(query, places, onError));
        response.set('Cache-Control', 'no-store').json(found);
      } catch (error) {
        if (!(error instanceof TemporaryError)) throw error;
        const detail = 'Too many searches are waiting on this instance. Try again in a moment.';
        sendProblem(response, { status: 503, code: 'unavailable', detail, retryAfter: 1 });
      }
    })
    .all(methodNotAllowed('GET', 'HEAD'));
  return router;
}
