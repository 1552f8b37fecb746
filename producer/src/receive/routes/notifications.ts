import { Router, type RequestHandler } from 'express';
import { DEFAULT_FEED, type Accepted } from '@tocsin/contracts';
import {
  allowParameters,
  currentTraceparent,
  methodNotAllowed,
  requireJson,
  sendProblem,
  takeBody,
  withRootSpan,
  type Logger,
} from '@tocsin/service';
import type { PublishService } from '../../produce/publish-service.ts';
import { callerName, permits, withKeySource } from '../callers/api-key.ts';
import type { AuditRequest } from '../audit.ts';
import { sendUnavailable } from '../send-unavailable.ts';
import { readNotifications } from '../../validate/read-notifications.ts';

export interface NotificationRoutesOptions {
  publishService: Pick<PublishService, 'publish' | 'retract' | 'erase'>;
  audit: AuditRequest;
  log: Logger;
}

/** `POST /notifications`: a single notification or an array. */
export function notificationRoutes({ publishService, audit, log }: NotificationRoutesOptions): Router {
  const post: RequestHandler = (request, response) =>
    withRootSpan('produce', request.get('traceparent'), async () => {
      const read = readNotifications(request.body as Uint8Array);
      if ('problem' in read) return sendProblem(response, read.problem);
      const { inputs, isArray } = read;
      const feeds = inputs.map(({ feed = DEFAULT_FEED }) => feed);
      const isPermitted = permits(request, response, {
        scopes: inputs.some(({ fallback }) => fallback) ? ['publish', 'fallback'] : ['publish'],
        items: inputs.map(({ feed = DEFAULT_FEED, source }) => ({ feed, source })),
        pathOf: (index, member) => (isArray ? `${index}.${member}` : member),
      });
      if (!isPermitted) return;
      const caller = callerName(request);
      const attributed = withKeySource(request, inputs);
      const { ids, outcome } = await publishService.publish(attributed, currentTraceparent(), caller);
      audit(request, 'publish', { outcome, feeds, ids });
      if (outcome === 'accepted') {
        log.debug({ ids, caller }, 'notifications accepted');
        response.status(202).json({ ids } satisfies Accepted);
        return;
      }
      log.warn({ ids, outcome, caller }, 'notifications not accepted');
      const consequence =
        'Some of these notifications may still appear. Retry the request with these ids to complete it.';
      sendUnavailable(response, outcome, consequence, ids);
    });

  const router = Router();
  router
    .route('/notifications')
    .post(allowParameters(), requireJson, takeBody(), post)
    .all(methodNotAllowed('POST'));
  return router;
}
