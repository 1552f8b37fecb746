import { AUDIT_TOPICS, COMPONENTS, type AuditRecord, type AuditStream } from '@tocsin/contracts';
import type { AuditSink } from '../audit/trail.ts';
import type { Sidecar } from './sidecar.ts';

/** Writes the audit trail to Dapr topics, because applications can append to a topic but can't change its records. */
export class DaprAuditSink implements AuditSink {
  readonly #sidecar: Pick<Sidecar, 'publish'>;

  constructor(sidecar: Pick<Sidecar, 'publish'>) {
    this.#sidecar = sidecar;
  }

  append(stream: AuditStream, record: AuditRecord): Promise<void> {
    return this.#sidecar.publish(COMPONENTS.audit, AUDIT_TOPICS[stream], record, { raw: true });
  }
}
