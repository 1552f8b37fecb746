import type { Logger } from '@tocsin/service';
import { Router } from 'express';
import type { AuditReader, Compose, DeadLetterBox, InstanceBoard } from '../../ops/ports.ts';
import { auditRoutes } from './audit.ts';
import { composeRoutes } from './compose.ts';
import { deadLetterRoutes } from './dead-letters.ts';
import { instanceRoutes } from './instances.ts';
import type { Trail } from './who-acts.ts';
import { requireOps } from './role.ts';

export interface OpsRoutesOptions {
  board: InstanceBoard;
  deadLetters: DeadLetterBox;
  compose: Compose;
  auditReader: AuditReader;
  trail: Trail;
  now: () => number;
  log: Logger;
}

/** What the ops page asks for: figures, dead letters, and what it sends. */
export function opsRoutes({
  board,
  deadLetters,
  compose,
  auditReader,
  trail,
  now,
  log,
}: OpsRoutesOptions): Router {
  const router = Router();
  router.use(['/app/ops', '/app/compose'], requireOps);
  router.use('/app/ops', instanceRoutes(board, now, log), deadLetterRoutes(deadLetters, trail, log));
  router.use('/app/ops', auditRoutes(auditReader, log));
  router.use(composeRoutes(compose, trail, log));
  return router;
}
