import type { Logger } from '../observe/log.ts';
import { Counter, startAtZero, type Registry } from '../observe/metrics.ts';
import type { AuditObserver } from './trail.ts';

/**
 * Counts and logs the audit trail's events in `app`. Lost records are logged in full since they contain no notification
 * content.
 */
export function observeAudit(app: 'producer' | 'bff', registry: Registry, log: Logger): AuditObserver {
  const records = startAtZero(
    new Counter({
      name: `tocsin_${app}_audit_records_total`,
      help: 'Audit records: written, failed (will be retried), or lost when the process exited.',
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
      if (failing) log.info('the audit trail can be written again');
      failing = false;
    },
    failed: (err) => {
      records.inc({ outcome: 'failed' });
      if (!failing)
        log.warn(
          { err },
          'cannot write the audit trail; combining attempts into fewer records until writing works again',
        );
      failing = true;
    },
    lost: (lost) => {
      records.inc({ outcome: 'lost' }, lost.length);
      log.error(
        { records: lost },
        'cannot write these audit records before the process exits; this log line is their only copy',
      );
    },
  };
}
