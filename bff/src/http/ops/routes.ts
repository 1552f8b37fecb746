import type { Logger } from '@tocsin/service';
import { Router } from 'express';
import type { Templates } from '../../away/templates/templates.ts';
import type { SearchPlace } from '../../ops/find/find-notification.ts';
import { createFindSchedule } from '../../ops/find/find-schedule.ts';
import type {
  AuditReader,
  Compose,
  InstanceBoard,
  Operate,
  PastHourStore,
  SetAsideRecords,
} from '../../ops/ports.ts';
import type { Revocations } from '../../auth/revocations.ts';
import { OPS_PATHS, requireOps, type OpsAccess } from './access/access.ts';
import { auditRoutes } from './audit.ts';
import { composeRoutes } from './notifications/compose.ts';
import { deadLetterRoutes } from './dead-letters/dead-letters.ts';
import { unsentRoutes, type Unsent } from './fallbacks/unsent.ts';
import { emailPreviewRoutes } from './email-preview.ts';
import { findRoutes, type FindRoutesOptions } from './notifications/find.ts';
import { instanceRoutes } from './instances.ts';
import { putBackRoutes } from './dead-letters/put-back.ts';
import { readerOpsRoutes, type ReaderOpsRoutesOptions } from './readers/readers.ts';
import { retractRoutes } from './notifications/retract.ts';
import { scheduleRoutes } from './notifications/schedules.ts';
import { revocationRoutes } from './readers/revocations.ts';
import { statusRoutes, type StatusOptions } from './status.ts';
import type { Trail } from './access/audit-actor.ts';

export interface OpsRoutesOptions extends StatusOptions {
  /** The log for all feeds, used by searches. */
  feedLog: FindRoutesOptions['log'];
  limitsOf: FindRoutesOptions['limitsOf'];
  findWaiting?: SearchPlace | undefined;
  operate: Operate;
  board: InstanceBoard;
  past: PastHourStore;
  setAsideRecords: SetAsideRecords;
  compose: Compose;
  opsAccess: OpsAccess;
  revocations?: Revocations | undefined;
  auditReader: AuditReader;
  trail: Trail;
  /** The e-mail templates, if the deployment has channels. */
  templates: Templates | undefined;
  /** The unsent fallbacks, if the deployment has channels. */
  unsent: Unsent | undefined;
  readerData: ReaderOpsRoutesOptions;
  log: Logger;
}

/** Routes for the ops page: metrics, set-aside records, composer, audit trail, revocations, previews, fallbacks. */
export function opsRoutes(options: OpsRoutesOptions): Router {
  const { setAsideRecords, compose, operate, auditReader, trail, opsAccess, revocations, now, log } = options;
  const router = Router();
  router.use(OPS_PATHS, requireOps(opsAccess));
  router.use('/app/ops', statusRoutes(options), instanceRoutes(options));
  router.use('/app/ops', putBackRoutes(setAsideRecords, trail, log));
  router.use('/app/ops', deadLetterRoutes(setAsideRecords, trail, log));
  router.use('/app/ops', revocationRoutes(revocations, trail, now, log), auditRoutes(auditReader, log));
  const findSchedule = createFindSchedule(operate);
  router.use('/app/ops', findRoutes({ ...options, log: options.feedLog, findSchedule }, log));
  router.use('/app/ops', retractRoutes(operate, trail, log), scheduleRoutes(operate, log));
  router.use('/app/ops', readerOpsRoutes(options.readerData, log), emailPreviewRoutes(options.templates));
  router.use('/app/ops', unsentRoutes(options.unsent, trail, log));
  router.use(composeRoutes(compose, trail, log));
  return router;
}
