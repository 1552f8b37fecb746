import { Router, type Request, type Response } from 'express';
import { eraseRequestSchema, retractRequestSchema, type Accepted, type Erased } from '@tocsin/contracts';
import { currentTraceparent, methodNotAllowed, withRootSpan } from '@tocsin/service';
import { callerName, permits } from '../callers/api-key.ts';
import { sendUnavailable } from '../send-unavailable.ts';
import type { NotificationRoutesOptions } from './notifications.ts';
import { readRequest } from '../read-request.ts';

/** `DELETE /notifications/{id}?feed=…`, `DELETE /feeds/{feed}` and `DELETE /feeds?feed=…`. */
export function changeRoutes({ publishService, audit, log }: NotificationRoutesOptions): Router {
  const retract = (request: Request, response: Response) =>
    withRootSpan('produce', request.get('traceparent'), async () => {
      const parameters = readRequest(retractRequestSchema, ['feed'], request, response);
      if (!parameters) return;
      const { id, feed } = parameters;
      if (!permits(request, response, { scopes: ['retract'], items: [{ feed }], pathOf: () => 'feed' }))
        return;
      const caller = callerName(request);
      const ids = [id];
      const outcome = await publishService.retract(feed, id, currentTraceparent(), caller);
      audit(request, 'retract', { outcome, feeds: [feed], ids });
      if (outcome === 'accepted') {
        log.debug({ ids, feed, caller }, 'retraction accepted');
        response.status(202).json({ ids } satisfies Accepted);
        return;
      }
      log.warn({ ids, feed, outcome, caller }, 'retraction not accepted');
      sendUnavailable(
        response,
        outcome,
        'The notification may already be retracted. Retry the request to make sure.',
        ids,
      );
    });

  const erase = (request: Request, response: Response) =>
    withRootSpan('produce', request.get('traceparent'), async () => {
      const allowed = 'feed' in request.params ? [] : ['feed'];
      const parameters = readRequest(eraseRequestSchema, allowed, request, response);
      if (!parameters) return;
      const { feed } = parameters;
      if (!permits(request, response, { scopes: ['erase'], items: [{ feed }], pathOf: () => 'feed' })) return;
      const caller = callerName(request);
      const outcome = await publishService.erase(feed, currentTraceparent(), caller);
      audit(request, 'erase', { outcome, feeds: [feed] });
      if (outcome === 'accepted') {
        log.info({ feed, caller }, 'erasure accepted');
        response.status(202).json({ feed } satisfies Erased);
        return;
      }
      log.warn({ feed, outcome, caller }, 'erasure not accepted');
      sendUnavailable(response, outcome, 'The feed may already be erased. Retry the request to make sure.');
    });

  const router = Router();
  router.route('/notifications/:id').delete(retract).all(methodNotAllowed('DELETE'));
  // The sidecar decodes an invocation's path, so feed names with a slash, a percent sign or a question mark must be
  // query parameters.
  router.route('/feeds').delete(erase).all(methodNotAllowed('DELETE'));
  router.route('/feeds/:feed').delete(erase).all(methodNotAllowed('DELETE'));
  return router;
}
