import type { Logger } from '@tocsin/service';
import { Router } from 'express';
import type { Compose, DeadLetterBox, InstanceBoard } from '../../ops/ports.ts';
import { composeRoutes } from './compose.ts';
import { deadLetterRoutes } from './dead-letters.ts';
import { instanceRoutes } from './instances.ts';
import { requireOps } from './role.ts';

export interface OpsRoutesOptions {
  board: InstanceBoard;
  deadLetters: DeadLetterBox;
  compose: Compose;
  now: () => number;
  log: Logger;
}

/** What the ops page asks for: figures, dead letters, and what it sends. */
export function opsRoutes({ board, deadLetters, compose, now, log }: OpsRoutesOptions): Router {
  const router = Router();
  router.use(['/app/ops', '/app/compose'], requireOps);
  router.use('/app/ops', instanceRoutes(board, now, log), deadLetterRoutes(deadLetters, log));
  router.use(composeRoutes(compose, log));
  return router;
}
