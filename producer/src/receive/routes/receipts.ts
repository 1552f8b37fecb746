import { Router, type RequestHandler } from 'express';
import { receiptsQuerySchema, type Receipts } from '@tocsin/contracts';
import { methodNotAllowed, sendProblem, type Logger } from '@tocsin/service';
import { callerName, permits } from '../callers/api-key.ts';
import { readRequest } from '../read-request.ts';

export interface ReceiptRoutesOptions {
  /** Fetches the receipts from a bff. Rejects if the bff does not respond. Omitted if API keys are off. */
  receiptsOf?: ((named: { feed: string; id: string }) => Promise<Receipts>) | undefined;
  log: Logger;
}

/**
 * `GET /notifications/{id}/receipts?feed=…`. Requires an API key, since otherwise anyone could see what a person has
 * read.
 */
export function receiptRoutes({ receiptsOf, log }: ReceiptRoutesOptions): Router {
  const get: RequestHandler = async (request, response) => {
    const query = readRequest(receiptsQuerySchema, ['feed'], request, response);
    if (!query) return;
    const { feed } = query;
    if (!receiptsOf || !request.caller) {
      const detail = 'Receipts reveal what people have read, so they require API keys. Set API_KEYS=on.';
      return sendProblem(response, { status: 403, code: 'forbidden', detail });
    }
    if (!permits(request, response, { scopes: ['receipts'], items: [{ feed }], pathOf: () => 'feed' }))
      return;
    try {
      response.set('Cache-Control', 'no-store').json(await receiptsOf(query));
    } catch (err) {
      log.warn({ err, feed, caller: callerName(request) }, 'cannot read receipts');
      const detail = 'The receipts cannot be read right now. Retry the request.';
      sendProblem(response, { status: 503, code: 'unavailable', detail, retryAfter: 1 });
    }
  };
  const router = Router();
  router.route('/notifications/:id/receipts').get(get).all(methodNotAllowed('GET', 'HEAD'));
  return router;
}
