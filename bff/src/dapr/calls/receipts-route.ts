import { faultsOf, receiptsQuerySchema, type Receipts } from '@tocsin/contracts';
import {
  RECEIPTS_PURPOSE,
  SIGNATURE_HEADER,
  allowParameters,
  methodNotAllowed,
  readJson,
  requireJson,
  sendProblem,
  takeBody,
  type Signer,
} from '@tocsin/service';
import { Router, type RequestHandler } from 'express';
import { refuseCall, type RefuseCallOptions } from './refuse-call.ts';
import { InvalidCallError } from './signed-call.ts';

export interface ReceiptsRouteOptions extends RefuseCallOptions {
  receiptsOf: (notification: { feed: string; id: string }) => Promise<Receipts>;
  signer: () => Promise<Signer>;
}

/** A feed name can have up to 1,020 bytes, and more once JSON-escaped. */
const MAX_CALL_BYTES = 16 * 1024;

/** `POST /receipts`: a signed service invocation from the producer, which has checked the API key. */
export function receiptsRoute({ receiptsOf, signer, ...refuseOptions }: ReceiptsRouteOptions): Router {
  const post: RequestHandler = async (request, response) => {
    const body = request.body as Uint8Array;
    let notification: { feed: string; id: string };
    try {
      (await signer()).check(request.get(SIGNATURE_HEADER), RECEIPTS_PURPOSE, body);
      const read = readJson(body);
      const parsed = receiptsQuerySchema.safeParse('problem' in read ? undefined : read.value);
      if (!parsed.success) throw new InvalidCallError(faultsOf(parsed.error));
      notification = parsed.data;
    } catch (error) {
      return refuseCall(response, error, refuseOptions);
    }
    try {
      response.json(await receiptsOf(notification));
    } catch (err) {
      refuseOptions.log.warn({ err, feed: notification.feed }, 'cannot read receipts');
      const detail = 'The receipts cannot be read right now. Try again.';
      sendProblem(response, { status: 503, code: 'unavailable', detail, retryAfter: 1 });
    }
  };
  const router = Router();
  router
    .route('/receipts')
    .post(allowParameters(), requireJson, takeBody(MAX_CALL_BYTES), post)
    .all(methodNotAllowed('POST'));
  return router;
}
