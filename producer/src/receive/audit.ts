import type { AuditAction } from '@tocsin/contracts';
import {
  CALLER_APP_ID,
  auditRefusals,
  type AuditActor,
  type AuditNote,
  type AuditTrail,
} from '@tocsin/service';
import type { Request, RequestHandler } from 'express';
import type { Outcome } from '../produce/ports.ts';

/** Notes what a request has changed, or may have. */
export type AuditRequest = (
  request: Request,
  action: AuditAction,
  what: { outcome: Outcome } & Pick<AuditNote, 'feeds' | 'ids'>,
) => void;

/** Who asks: the key if one was shown, else the application that invokes, else nobody by name. */
const actorOf =
  (via: 'http' | 'invocation') =>
  (request: Request): AuditActor => {
    if (request.caller) return { kind: 'key', name: request.caller.name };
    const app = via === 'invocation' ? request.get(CALLER_APP_ID) : undefined;
    return app === undefined ? { kind: 'anonymous' } : { kind: 'app', name: app };
  };

/** What becomes known of requests on one port is noted as `via` that. */
export const auditRequests =
  (audit: Pick<AuditTrail, 'note'>, via: 'http' | 'invocation'): AuditRequest =>
  (request, action, { outcome, feeds, ids }) =>
    audit.note({
      ...{ action, via, actor: actorOf(via)(request), feeds, ids },
      outcome: outcome === 'accepted' ? 'done' : 'uncertain',
    });

const actionOf =
  (via: 'http' | 'invocation') =>
  ({ method, originalUrl }: Request): AuditAction => {
    const [, first = ''] = originalUrl.split(/[/?]/);
    if (first === 'notifications' && method === 'POST') return 'publish';
    if (first === 'notifications' && method === 'DELETE') return 'retract';
    if (first === 'feeds' && method === 'DELETE') return 'erase';
    return via === 'invocation' ? 'internal-call' : 'call';
  };

/** Notes what is refused on one port. An application that did not show its right to call only claims its name. */
export const auditRefused = (audit: Pick<AuditTrail, 'note'>, via: 'http' | 'invocation'): RequestHandler =>
  auditRefusals({
    ...{ audit, via, actionOf: actionOf(via) },
    actorOf: (request) => {
      const actor = actorOf(via)(request);
      return actor.kind === 'app' ? { ...actor, claimed: true } : actor;
    },
  });
