import type { AuditAction } from '@tocsin/contracts';
import type { Request, RequestHandler } from 'express';
import type { AuditActor, AuditNote } from '../../audit/note.ts';

/**
 * The header in which the caller's sidecar sends the caller's app id.
 * https://docs.dapr.io/developing-applications/building-blocks/service-invocation/
 */
export const CALLER_APP_ID = 'dapr-caller-app-id';

export interface AuditRefusalsOptions {
  audit: { note(note: AuditNote): void };
  via: AuditNote['via'];
  /** Called at the end of the request, when the caller is known. */
  actorOf: (request: Request) => AuditActor;
  actionOf: (request: Request) => AuditAction;
}

/** Records each request that gets 401 or 403. Install it before any handlers that reject requests. */
export const auditRefusals =
  ({ audit, via, actorOf, actionOf }: AuditRefusalsOptions): RequestHandler =>
  (request, response, next) => {
    const action = actionOf(request);
    // Unlike `finish`, `close` also fires if the caller disconnects before the response.
    response.once('close', () => {
      const { statusCode } = response;
      if (statusCode !== 401 && statusCode !== 403) return;
      audit.note({
        action,
        outcome: statusCode === 401 ? 'unauthorized' : 'forbidden',
        via,
        actor: actorOf(request),
      });
    });
    next();
  };
