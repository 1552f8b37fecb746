import type { Logger } from '../observe/log.ts';
import { Counter, fromZero, type Registry } from '../observe/metrics.ts';
import type { AuditObserver } from './trail.ts';

/** Counts and logs what becomes of the audit trail of `app`. Records that are lost go to the log, which they may. */
export function observeAudit(app: 'producer' | 'bff', registry: Registry, log: Logger): AuditObserver {
  const records = fromZero(
    new Counter({
      name: `tocsin_${app}_audit_records_total`,
      help: 'Records of the audit trail: written, failed (to be tried again), or lost when the process ended.',
      labelNames: ['outcome'] as const,
      registers: [registry],
    }),
    'outcome',
    ['written', 'failed', 'lost'],
  );
  let failing = false;
  return {
    written: () => {
      records.inc({ outcome: 'written' });
      if (failing) log.info('the audit trail is written again');
      failing = false;
    },
    failed: (err) => {
      records.inc({ outcome: 'failed' });
      if (!failing)
        log.warn({ err }, 'the audit trail cannot be written now; attempts are summed until it can');
      failing = true;
    },
    lost: (lost) => {
      records.inc({ outcome: 'lost' }, lost.length);
      log.error({ records: lost }, 'records of the audit trail could not be written; they are only here');
    },
  };
}
