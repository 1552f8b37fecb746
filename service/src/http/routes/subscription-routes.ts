import { Router, type NextFunction, type Request, type Response } from 'express';
import {
  AskedTooOftenError,
  SUBSCRIPTION_PREFIX,
  type Subscribed,
  type SubscriptionPaths,
} from '../../dapr/subscription-paths.ts';
import type { Logger } from '../../observe/log.ts';
import type { OnRefused } from '../../security/refusals.ts';
import { sendProblem } from '../problems/problem.ts';

export interface SubscriptionRoutesOptions {
  paths: SubscriptionPaths;
  /** The subscriptions as `/dapr/subscribe` names them, but for their routes. */
  list: () => readonly (Subscribed & Record<string, unknown>)[];
  /** Takes a delivery that the sidecar has vouched for. */
  deliver: (subscribed: Subscribed, request: Request, response: Response, next: NextFunction) => unknown;
  onRefused: OnRefused;
  log: Logger;
}

/** `GET /dapr/subscribe`, and the deliveries on the paths that it names. */
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
    let subscribed: Subscribed | undefined;
    try {
      subscribed = await paths.find(request.path);
    } catch (err) {
      if (!(err instanceof AskedTooOftenError))
        log.warn({ err }, 'the sidecar does not say which subscriptions it holds; the delivery comes again');
      // Dapr delivers again after each status that is neither 2xx nor 404.
      return sendProblem(response, {
        status: 503,
        code: 'unavailable',
        detail: 'Whether the sidecar holds this subscription is not known now. Nothing was taken; repeat it.',
        retryAfter: 1,
      });
    }
    if (subscribed) return deliver(subscribed, request, response, next);
    onRefused('unknown_subscription');
    sendProblem(response, {
      status: 403,
      code: 'forbidden',
      detail: 'The sidecar holds no subscription that delivers here.',
    });
  });
  return router;
}
