import type { Logger } from '@tocsin/service';
import { Router } from 'express';
import type { AuditReader, Compose, SetAsideRecords, InstanceBoard } from '../../ops/ports.ts';
import type { Revocations } from '../../auth/revocations.ts';
import { OPS_PATHS, requireOps, type OpsAccess } from './access.ts';
import { auditRoutes } from './audit.ts';
import { composeRoutes } from './compose.ts';
import { deadLetterRoutes } from './dead-letters.ts';
import { instanceRoutes } from './instances.ts';
import { revocationRoutes } from './revocations.ts';
import type { Trail } from './who-acts.ts';

export interface OpsRoutesOptions {
  board: InstanceBoard;
  deadLetters: SetAsideRecords;
  compose: Compose;
  opsAccess: OpsAccess;
  revocations?: Revocations | undefined;
  auditReader: AuditReader;
  trail: Trail;
  now: () => number;
  log: Logger;
}

/** The calls of the ops page: figures, set-aside records, composer, audit trail, revocations. */
export function opsRoutes(options: OpsRoutesOptions): Router {
  const { board, deadLetters, compose, auditReader, trail, opsAccess, revocations, now, log } = options;
  const router = Router();
  router.use(OPS_PATHS, requireOps(opsAccess));
  router.use('/app/ops', instanceRoutes(board, now, log), deadLetterRoutes(deadLetters, trail, log));
  router.use('/app/ops', revocationRoutes(revocations, trail, now, log), auditRoutes(auditReader, log));
  router.use(composeRoutes(compose, trail, log));
  return router;
}
