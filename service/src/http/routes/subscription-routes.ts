import { Router, type NextFunction, type Request, type Response } from 'express';
import {
  RefreshedTooRecentlyError,
  SUBSCRIPTION_PREFIX,
  type SubscribedTopic,
  type SubscriptionPaths,
} from '../../dapr/subscription-paths.ts';
import type { Logger } from '../../observe/log.ts';
import type { OnRefused } from '../../security/refusals.ts';
import { sendProblem } from '../problems/problem.ts';

export interface SubscriptionRoutesOptions {
  paths: SubscriptionPaths;
  /** The subscriptions to return from `/dapr/subscribe`. The router adds a `route` to each. */
  list: () => readonly (SubscribedTopic & Record<string, unknown>)[];
  /** Handles a delivery if the path belongs to an active subscription. */
  deliver: (subscribed: SubscribedTopic, request: Request, response: Response, next: NextFunction) => unknown;
  onRefused: OnRefused;
  log: Logger;
}

/** Serves `GET /dapr/subscribe`, and deliveries to the paths that it returns. */
export function subscriptionRoutes({
  paths,
  list,
  deliver,
  onRefused,
  log,
}: SubscriptionRoutesOptions): Router {
  const router = Router();
  router.get('/dapr/subscribe', (_request, response) => {
    response.json(list().map((subscription) => ({ ...subscription, route: paths.newPath() })));
  });
  router.post(`${SUBSCRIPTION_PREFIX}:unguessable`, async (request, response, next) => {
    let subscribed: SubscribedTopic | undefined;
    try {
      subscribed = await paths.find(request.path);
    } catch (err) {
      if (!(err instanceof RefreshedTooRecentlyError))
        log.warn({ err }, "cannot read the sidecar's subscriptions; Dapr will redeliver the event");
      // Dapr redelivers an event after every status except 2xx and 404.
      return sendProblem(response, {
        status: 503,
        code: 'unavailable',
        detail: 'The subscription cannot be checked right now. Nothing was processed; redeliver the event.',
        retryAfter: 1,
      });
    }
    if (subscribed) return deliver(subscribed, request, response, next);
    onRefused('unknown_subscription');
    sendProblem(response, {
      status: 403,
      code: 'forbidden',
      detail: 'The sidecar has no subscription with this path.',
    });
  });
  return router;
}
