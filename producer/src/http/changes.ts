import { Router, type Request, type Response } from 'express';
import {
  eraseRequestSchema,
  faultsOf,
  retractRequestSchema,
  type Accepted,
  type Erased,
} from '@tocsin/contracts';
import { currentTraceparent, methodNotAllowed, sendProblem, withRootSpan } from '@tocsin/service';
import type { z } from 'zod';
import { callerName, permits } from './api-key.ts';
import { sendUnavailable } from './answer.ts';
import type { NotificationRoutesOptions } from './notifications.ts';
import { readQuery, refuseRepeatedParameters } from './query.ts';

/** `DELETE /notifications/{id}?feed=…`, `DELETE /feeds/{feed}` and `DELETE /feeds?feed=…`. */
export function changeRoutes({ intake, audit, log }: NotificationRoutesOptions): Router {
  const retract = (request: Request, response: Response) =>
    withRootSpan('produce', request.get('traceparent'), async () => {
      const asked = read(retractRequestSchema, request, response);
      if (!asked) return;
      const { id, feed } = asked;
      if (!permits(request, response, { scope: 'retract', items: [{ feed }], pathOf: () => 'feed' })) return;
      const caller = callerName(request);
      const ids = [id];
      const outcome = await intake.retract(feed, id, currentTraceparent(), caller);
      audit(request, 'retract', { outcome, feeds: [feed], ids });
      if (outcome === 'accepted') {
        log.debug({ ids, feed, caller }, 'retraction accepted');
        response.status(202).json({ ids } satisfies Accepted);
        return;
      }
      log.warn({ ids, feed, outcome, caller }, 'retraction not accepted');
      sendUnavailable(response, outcome, 'It may be gone; repeating the request makes sure.', ids);
    });

  const erase = (request: Request, response: Response) =>
    withRootSpan('produce', request.get('traceparent'), async () => {
      const asked = read(eraseRequestSchema, request, response);
      if (!asked) return;
      const { feed } = asked;
      if (!permits(request, response, { scope: 'erase', items: [{ feed }], pathOf: () => 'feed' })) return;
      const caller = callerName(request);
      const outcome = await intake.erase(feed, currentTraceparent(), caller);
      audit(request, 'erase', { outcome, feeds: [feed] });
      if (outcome === 'accepted') {
        log.info({ feed, caller }, 'erasure accepted');
        response.status(202).json({ feed } satisfies Erased);
        return;
      }
      log.warn({ feed, outcome, caller }, 'erasure not accepted');
      sendUnavailable(response, outcome, 'The feed may be erased; repeating the request makes sure.');
    });

  const router = Router();
  router
    .route('/notifications/:id')
    .delete(refuseRepeatedParameters, retract)
    .all(methodNotAllowed('DELETE'));
  // A sidecar decodes the path of what it invokes, so a name that holds a slash or a percent sign goes as a parameter.
  router.route('/feeds').delete(refuseRepeatedParameters, erase).all(methodNotAllowed('DELETE'));
  router.route('/feeds/:feed').delete(refuseRepeatedParameters, erase).all(methodNotAllowed('DELETE'));
  return router;
}

/**
 * What path and query name. An unknown parameter is refused, since a feed that is misspelt would change another one.
 * `undefined` when the request was answered with its faults.
 */
function read<T>(schema: z.ZodType<T>, request: Request, response: Response): T | undefined {
  const refuse = (errors: { path: string; message: string }[]) => {
    sendProblem(response, {
      status: 400,
      code: 'invalid_query',
      detail: 'The address cannot be used; errors lists every fault.',
      errors,
    });
    return undefined;
  };
  const query = readQuery(request.url);
  if (!query) return refuse([{ path: '', message: 'must be valid percent-encoded UTF-8' }]);
  const twice = Object.keys(query).filter((name) => name in request.params);
  if (twice.length > 0) return refuse(twice.map((path) => ({ path, message: 'belongs into the path' })));
  const parsed = schema.safeParse({ ...query, ...request.params });
  return parsed.success ? parsed.data : refuse(faultsOf(parsed.error));
}
