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

/** Records the changes that a request made or may have made. */
export type AuditRequest = (
  request: Request,
  action: AuditAction,
  details: { outcome: Outcome } & Pick<AuditNote, 'feeds' | 'ids'>,
) => void;

/** The actor behind a request: the API key, else the invoking application, else anonymous. */
const actorOf =
  (via: 'http' | 'invocation') =>
  (request: Request): AuditActor => {
    if (request.caller) return { kind: 'key', name: request.caller.name };
    const app = via === 'invocation' ? request.get(CALLER_APP_ID) : undefined;
    return app === undefined ? { kind: 'anonymous' } : { kind: 'app', name: app };
  };

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
    // Express ignores the case of paths.
    const [, first = ''] = originalUrl.toLowerCase().split(/[/?]/);
    if (first === 'notifications' && method === 'POST') return 'publish';
    if (first === 'notifications' && method === 'DELETE') return 'retract';
    if (first === 'feeds' && method === 'DELETE') return 'erase';
    return via === 'invocation' ? 'internal-call' : 'call';
  };

/** Records requests that a port rejected. A rejected application's name is unverified. */
export const auditRefused = (audit: Pick<AuditTrail, 'note'>, via: 'http' | 'invocation'): RequestHandler =>
  auditRefusals({
    ...{ audit, via, actionOf: actionOf(via) },
    actorOf: (request) => {
      const actor = actorOf(via)(request);
      return actor.kind === 'app' ? { ...actor, claimed: true } : actor;
    },
  });
