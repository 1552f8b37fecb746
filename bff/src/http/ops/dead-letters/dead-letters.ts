import {
  MAX_CONTENT_LISTED,
  MAX_SET_ASIDE_LISTED,
  type SetAsideList,
  type ListedSetAside,
  type SetAside,
} from '@tocsin/contracts';
import {
  SetAsideError,
  allowParameters,
  methodNotAllowed,
  noteSetAside,
  requireJson,
  sendProblem,
  type Logger,
} from '@tocsin/service';
import { Router, type RequestHandler } from 'express';
import type { SetAsideRecords } from '../../../ops/ports.ts';
import { operatorOf } from '../access/access.ts';
import { auditActor, type Trail } from '../access/audit-actor.ts';
import { reportUnavailable } from '../unavailable.ts';
import { unavailableReason } from './unavailable-reason.ts';

/** `/dead-letters`: inspect, put back or delete individual set-aside records. */
export function deadLetterRoutes(setAsideRecords: SetAsideRecords, trail: Trail, log: Logger): Router {
  const withErrorHandling =
    (handle: RequestHandler<{ entry: string }>): RequestHandler<{ entry: string }> =>
    async (request, response, next) => {
      try {
        await handle(request, response, next);
      } catch (error) {
        if (error instanceof SetAsideError) {
          const status = error.code === 'not_found' ? 404 : 409;
          return sendProblem(response, { status, code: error.code, detail: error.message });
        }
        const detail = `${unavailableReason(error)} Try again.`;
        reportUnavailable(response, log, { error, detail });
      }
    };
  const router = Router();
  router.use('/dead-letters', allowParameters());
  router
    .route('/dead-letters')
    .get(
      withErrorHandling(async (_request, response) => {
        const names = await setAsideRecords.names();
        const newest = names.slice(0, MAX_SET_ASIDE_LISTED);
        const last = names.at(-1);
        const isListed = last === undefined || newest.includes(last);
        const records = await setAsideRecords.records(isListed ? newest : [...newest, last]);
        const list: SetAsideList = {
          total: names.length,
          oldestAt: records.at(-1)?.at ?? null,
          deadLetters: records.slice(0, MAX_SET_ASIDE_LISTED).map(toListed),
        };
        response.set('Cache-Control', 'no-store').json(list);
      }),
    )
    .all(methodNotAllowed('GET', 'HEAD'));
  router
    .route('/dead-letters/:entry')
    .get(
      withErrorHandling(async (request, response) => {
        response.set('Cache-Control', 'no-store').json(await setAsideRecords.find(request.params.entry));
      }),
    )
    .delete(
      withErrorHandling(async (request, response) => {
        const record = await setAsideRecords.find(request.params.entry);
        const { entry } = record;
        const change = () => setAsideRecords.remove(entry);
        await noteSetAside(trail, auditActor(request), { action: 'delete', record, change });
        log.info({ entry, by: operatorOf(request) }, 'a set-aside record was deleted');
        response.status(204).end();
      }),
    )
    .all(methodNotAllowed('GET', 'HEAD', 'DELETE'));
  router
    .route('/dead-letters/:entry/put-back')
    .post(
      requireJson,
      withErrorHandling(async (request, response) => {
        const record = await setAsideRecords.find(request.params.entry);
        const change = () => setAsideRecords.putBack(record);
        await noteSetAside(trail, auditActor(request), { action: 'put-back', record, change });
        log.info({ entry: record.entry, by: operatorOf(request) }, 'a set-aside record was put back');
        response.status(204).end();
      }),
    )
    .all(methodNotAllowed('POST'));
  return router;
}

const toListed = (record: SetAside): ListedSetAside => ({
  ...record,
  content: record.content?.slice(0, MAX_CONTENT_LISTED) ?? null,
  contentLength: record.content?.length ?? 0,
});
