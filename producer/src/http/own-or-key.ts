import express, { type RequestHandler } from 'express';
import { MAX_REQUEST_BYTES } from '@tocsin/contracts';
import {
  PUBLISH_PURPOSE,
  SIGNATURE_HEADER,
  SignatureError,
  sendProblem,
  type Logger,
  type OnRefused,
  type Signer,
} from '@tocsin/service';
import type { Callers } from '../auth/callers.ts';
import { requireApiKey } from './api-key.ts';

export interface OwnOrKeyOptions {
  callers: Callers;
  /** Checks what the bff signs. */
  signer: Signer;
  onRefused: OnRefused;
  log: Logger;
}

const raw = express.raw({ type: () => true, limit: MAX_REQUEST_BYTES });

/**
 * Lets an invocation through that shows an API key, as the public port does, and `POST /notifications` that the bff has
 * signed, which asked for the role `ops` itself.
 */
export function requireOwnOrKey({ callers, signer, onRefused, log }: OwnOrKeyOptions): RequestHandler {
  const requireKey = requireApiKey(callers, log);
  return (request, response, next) => {
    const signature = request.get(SIGNATURE_HEADER);
    if (signature === undefined) return requireKey(request, response, next);
    const refuse = (err: unknown): void => {
      if (err instanceof SignatureError) {
        onRefused(err.fault);
        return sendProblem(response, { status: 401, code: 'unauthorized', detail: err.message });
      }
      log.warn({ err }, 'a signature cannot be checked');
      sendProblem(response, {
        status: 503,
        code: 'unavailable',
        detail:
          'Signatures cannot be checked now: the producer does not know the secret "internal". Nothing was taken.',
        retryAfter: 1,
      });
    };
    raw(request, response, (error?: unknown) => {
      if (error !== undefined) return next(error);
      const body: unknown = request.body;
      const purpose = `${request.method} ${request.originalUrl}`;
      try {
        // Only this is ever signed.
        if (purpose !== PUBLISH_PURPOSE) throw new SignatureError('forged');
        signer.check(signature, purpose, body instanceof Uint8Array ? body : new Uint8Array());
      } catch (err) {
        return refuse(err);
      }
      next();
    });
  };
}
