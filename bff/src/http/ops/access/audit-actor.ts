import type { AuditAction } from '@tocsin/contracts';
import { auditRefusals, type AuditActor, type AuditTrail, type AuditCaller } from '@tocsin/service';
import type { Request, RequestHandler } from 'express';
import './access.ts';
import '../../identity.ts';

export type Trail = Pick<AuditTrail, 'note'>;

function actorOf({ identity, hasOpsToken }: Request): AuditActor {
  if (hasOpsToken) return { kind: 'operator', name: 'OPS_TOKEN' };
  return identity ? { kind: 'reader', name: identity.sub } : { kind: 'anonymous' };
}

/** Returns the caller of an operations route, for the audit trail. */
export const auditActor = (request: Request): AuditCaller => ({ via: 'ops', actor: actorOf(request) });

// Returns the request's action. Like Express, ignores the path's case and a slash at its end.
function actionOf({ method, baseUrl, path: rest }: Request): AuditAction {
  const path = `${baseUrl}${rest}`.toLowerCase().replace(/\/$/, '');
  if (method === 'POST' && path.startsWith('/app/compose')) return 'compose';
  if (method === 'POST' && path.endsWith('/put-back')) return 'put-back';
  if (method === 'POST' && path.startsWith('/app/ops/retract')) return 'retract';
  if (method === 'POST' && path.startsWith('/app/ops/fallbacks/send-again')) return 'send-again';
  if (method === 'POST' && path.startsWith('/app/ops/fallbacks/dismiss')) return 'dismiss';
  if (method === 'POST' && path.startsWith('/app/ops/revocations')) return 'reader-revoked';
  if (method === 'DELETE' && path.startsWith('/app/ops/revocations')) return 'reader-restored';
  return method === 'DELETE' ? 'delete' : 'call';
}

/** Records refused requests to the operations routes in the audit trail. */
export const auditOpsRefusals = (audit: Trail): RequestHandler =>
  auditRefusals({ audit, via: 'ops', actorOf, actionOf });
