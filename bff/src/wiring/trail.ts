import {
  AuditTrail,
  createRefusals,
  noteRefusedCall,
  observeAudit,
  type Logger,
  type OnRefused,
  type Registry,
} from '@tocsin/service';
import type { Backend } from '../backend.ts';
import type { BffMetrics } from '../observe/metrics.ts';

/** Maximum time for writing the remaining audit records at shutdown (ms). */
const LAST_AUDIT_MS = 1_000;

interface TrailOptions {
  backend: Backend;
  instance: string;
  registry: Registry;
  metrics: BffMetrics;
  log: Logger;
}

export function createTrail({ backend, instance, registry, metrics, log }: TrailOptions) {
  const trail = new AuditTrail({
    ...{ sink: backend.auditSink, instance },
    observer: observeAudit('bff', registry, log),
  });
  const onRefused: OnRefused = createRefusals(log, (reason) => {
    metrics.refusedCalls.inc({ reason });
    noteRefusedCall(trail, reason);
  });
  return { trail, onRefused, stopTrail: () => trail.stop(LAST_AUDIT_MS) };
}
