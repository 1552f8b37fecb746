import type { RequestHandler } from 'express';
import {
  PUBLISH_PURPOSE,
  SIGNATURE_HEADER,
  SignatureError,
  sendProblem,
  takeBody,
  type Logger,
  type OnRefused,
  type Signer,
} from '@tocsin/service';
import type { Callers } from '../../auth/callers.ts';
import { requireApiKey } from './api-key.ts';

export interface SignatureOrKeyOptions {
  callers: Callers;
  signer: Signer;
  onRefused: OnRefused;
  log: Logger;
}

const readBody = takeBody();

/**
 * Accepts invocations that have an API key, under the same rules as the public port. Also accepts a
 * `POST /notifications` signed by the bff, which has already checked that the user has the role `ops`.
 */
export function requireSignatureOrKey({
  callers,
  signer,
  onRefused,
  log,
}: SignatureOrKeyOptions): RequestHandler {
  const requireKey = requireApiKey(callers, log);
  return (request, response, next) => {
    const signature = request.get(SIGNATURE_HEADER);
    if (signature === undefined) return requireKey(request, response, next);
    const refuse = (err: unknown): void => {
      if (err instanceof SignatureError) {
        onRefused(err.fault);
        return sendProblem(response, { status: 401, code: 'unauthorized', detail: err.message });
      }
      log.warn({ err }, 'cannot check a signature');
      sendProblem(response, {
        status: 503,
        code: 'unavailable',
        detail:
          'Signatures can’t be checked because the producer hasn’t read the "internal" secret yet. Nothing was published. Retry the request.',
        retryAfter: 1,
      });
    };
    readBody(request, response, (error?: unknown) => {
      if (error !== undefined) return next(error);
      const purpose = `${request.method} ${request.originalUrl}`;
      try {
        // The bff signs no other requests to these routes.
        if (purpose !== PUBLISH_PURPOSE) throw new SignatureError('forged');
        signer.check(signature, purpose, request.body as Uint8Array);
      } catch (err) {
        return refuse(err);
      }
      next();
    });
  };
}
