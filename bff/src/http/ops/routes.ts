import type { Logger } from '@tocsin/service';
import { Router } from 'express';
import type { Compose, DeadLetterBox, InstanceBoard } from '../../ops/ports.ts';
import type { Revocations } from '../../auth/revocations.ts';
import { OPS_PATHS, requireOps, type OpsAccess } from './access.ts';
import { composeRoutes } from './compose.ts';
import { deadLetterRoutes } from './dead-letters.ts';
import { instanceRoutes } from './instances.ts';
import { revocationRoutes } from './revocations.ts';

export interface OpsRoutesOptions {
  board: InstanceBoard;
  deadLetters: DeadLetterBox;
  compose: Compose;
  opsAccess: OpsAccess;
  revocations?: Revocations | undefined;
  now: () => number;
  log: Logger;
}

/** What the ops page asks for: figures, dead letters, and what it sends. */
export function opsRoutes(options: OpsRoutesOptions): Router {
  const { board, deadLetters, compose, opsAccess, revocations, now, log } = options;
  const router = Router();
  router.use(OPS_PATHS, requireOps(opsAccess));
  router.use('/app/ops', instanceRoutes(board, now, log), deadLetterRoutes(deadLetters, log));
  router.use('/app/ops', revocationRoutes(revocations, now, log));
  router.use(composeRoutes(compose, log));
  return router;
}
