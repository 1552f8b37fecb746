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

/** The caller of an operations route, for the audit trail. */
export const auditActor = (request: Request): AuditCaller => ({ via: 'ops', actor: actorOf(request) });

// Express ignores the case of paths.
function actionOf({ method, originalUrl }: Request): AuditAction {
  const path = originalUrl.toLowerCase();
  if (method === 'POST' && path.startsWith('/app/compose')) return 'compose';
  if (method === 'POST' && path.endsWith('/put-back')) return 'put-back';
  if (method === 'POST' && path.startsWith('/app/ops/retract')) return 'retract';
  if (method === 'POST' && path.startsWith('/app/ops/fallbacks/send-again')) return 'send-again';
  if (method === 'POST' && path.startsWith('/app/ops/fallbacks/dismiss')) return 'dismiss';
  if (method !== 'GET' && path.startsWith('/app/ops/revocations')) return 'reader-revoked';
  return method === 'DELETE' ? 'delete' : 'call';
}

/** Records refused requests to the operations routes in the audit trail. */
export const auditOpsRefusals = (audit: Trail): RequestHandler =>
  auditRefusals({ audit, via: 'ops', actorOf, actionOf });
