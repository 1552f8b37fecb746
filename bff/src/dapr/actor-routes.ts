import { ACTOR_TYPE, feedOfKey } from '@tocsin/contracts';
import {
  SIGNATURE_HEADER,
  SignatureError,
  refuseInvocations,
  sendProblem,
  takeBody,
  type Logger,
  type OnRefused,
  type Signer,
} from '@tocsin/service';
import { Router, type Request, type Response } from 'express';
import type { FeedHost } from '../deliver/feed-host.ts';
import type { TurnResult } from '../deliver/take.ts';
import { FEED_METHOD, InvalidCallError, openCall, proveAnswer, type FeedAnswer } from './signed-call.ts';

export interface ActorRoutesOptions {
  feedHost: Pick<FeedHost, 'turnAsHost' | 'deactivate'>;
  /** Resolves once the secret is known. */
  signer: () => Promise<Signer>;
  onRefused: OnRefused;
  log: Logger;
}

/** A feed's name has at most 1,020 bytes, which JSON may escape. */
const MAX_CALL_BYTES = 16 * 1024;

/**
 * What daprd asks of the host of Feed actors: turns, which only our own may call, and deactivation, which daprd cannot
 * sign and which loses nothing. There are no reminders, timers and other methods.
 */
export function actorRoutes({ feedHost, signer, onRefused, log }: ActorRoutesOptions): Router {
  const refuse = (response: Response, error: unknown): void => {
    if (error instanceof SignatureError) {
      onRefused(error.fault);
      return sendProblem(response, { status: 403, code: 'forbidden', detail: error.message });
    }
    if (error instanceof InvalidCallError) {
      const { message: detail, errors } = error;
      return sendProblem(response, { status: 400, code: 'invalid_request', detail, errors });
    }
    log.warn({ err: error }, 'a call of an actor cannot be checked now');
    sendProblem(response, {
      status: 503,
      code: 'unavailable',
      detail: 'The secret "internal" is not known yet. Nothing was done; repeat the call.',
      retryAfter: 1,
    });
  };

  const take = async (request: Request, response: Response): Promise<void> => {
    const body = request.body as Uint8Array;
    let own: Signer;
    let opened: ReturnType<typeof openCall>;
    try {
      own = await signer();
      opened = openCall(own, String(request.params.id), request.get(SIGNATURE_HEADER), body);
    } catch (error) {
      return refuse(response, error);
    }
    const { feed, announced, heard, lostDocument } = opened.call;
    const answer = await answerOf(feedHost.turnAsHost(feed, announced, { heard, lostDocument }));
    response.json(proveAnswer(own, opened.nonce, answer));
  };

  const deactivate = (request: Request, response: Response): void => {
    feedHost.deactivate(feedOfKey(String(request.params.id)));
    response.json({});
  };

  const router = Router();
  router.put(`/actors/${ACTOR_TYPE}/:id/method/${FEED_METHOD}`, takeBody(MAX_CALL_BYTES), take);
  router.delete(`/actors/${ACTOR_TYPE}/:id`, refuseInvocations(onRefused), deactivate);
  return router;
}

async function answerOf(turn: Promise<TurnResult>): Promise<FeedAnswer> {
  try {
    return await turn;
  } catch (error) {
    return { outcome: 'retry', reason: error instanceof Error ? error.message : String(error) };
  }
}
