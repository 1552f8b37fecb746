import { operationSchema, type Accepted, type ScheduleFound } from '@tocsin/contracts';
import {
  OPERATE_PURPOSE,
  SIGNATURE_HEADER,
  SignatureError,
  allowParameters,
  currentTraceparent,
  methodNotAllowed,
  readJson,
  requireJson,
  sendProblem,
  takeBody,
  type OnRefused,
  type Signer,
} from '@tocsin/service';
import { Router, type RequestHandler } from 'express';
import type { Schedules } from '../../schedule/schedules.ts';
import type { NotificationRoutesOptions } from './notifications.ts';

export interface OperationRoutesOptions extends NotificationRoutesOptions {
  schedules: Pick<Schedules, 'find' | 'list'>;
  /**
   * Resolves with the signer that checks the bff's signatures, so that no other application can read schedules.
   * Resolves with `undefined` if the producer has neither API keys nor the `internal` secret.
   */
  signer: () => Promise<Signer | undefined>;
  onRefused: OnRefused;
}

/** `POST /operations`: producer operations for the ops page. Called only by the bff, through service invocation. */
export function operationRoutes(options: OperationRoutesOptions): Router {
  const { publishService, schedules, audit, log } = options;
  const router = Router();
  const operate: RequestHandler = async (request, response) => {
    const read = readJson(request.body as Uint8Array);
    const parsed = operationSchema.safeParse('problem' in read ? undefined : read.value);
    if (!parsed.success) {
      const detail = 'Unknown operation. Run the same version of the producer and the bff.';
      return sendProblem(response, { status: 400, code: 'invalid_request', detail });
    }
    if (parsed.data.do === 'list-schedules') {
      response.json(await schedules.list());
      return;
    }
    const { id, feed } = parsed.data;
    if (parsed.data.do === 'find-schedule') {
      const at = (await schedules.find(feed, id)) ?? null;
      response.json({ at } satisfies ScheduleFound);
      return;
    }
    const outcome = await publishService.retract(feed, id, currentTraceparent(), undefined);
    audit(request, 'retract', { outcome, feeds: [feed], ids: [id] });
    if (outcome === 'accepted') {
      log.debug({ ids: [id], feed }, 'retraction accepted');
      response.status(202).json({ ids: [id] } satisfies Accepted);
      return;
    }
    const detail = 'The notification may already be retracted. Retry the request to make sure.';
    sendProblem(response, { status: 503, code: 'unavailable', detail, ids: [id], retryAfter: 1 });
  };
  router
    .route('/operations')
    .post(allowParameters(), requireJson, takeBody(), requireSignature(options), operate)
    .all(methodNotAllowed('POST'));
  return router;
}

const requireSignature =
  ({ signer, onRefused }: OperationRoutesOptions): RequestHandler =>
  async (request, response, next) => {
    try {
      (await signer())?.check(request.get(SIGNATURE_HEADER), OPERATE_PURPOSE, request.body as Uint8Array);
    } catch (error) {
      if (!(error instanceof SignatureError)) return next(error);
      onRefused(error.fault);
      return sendProblem(response, { status: 401, code: 'unauthorized', detail: error.message });
    }
    next();
  };
