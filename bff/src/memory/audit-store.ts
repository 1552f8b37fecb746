import {
  AUDIT_STREAMS,
  MAX_AUDIT_RECORDS,
  compareAuditPositions,
  type AuditPosition,
  type AuditRecord,
  type AuditStream,
} from '@tocsin/contracts';
import type { AuditSink } from '@tocsin/service';
import { newestFirst } from '../ops/audit.ts';
import type { AuditReader, StoredAuditRecord } from '../ops/ports.ts';

export class MemoryAuditStore implements AuditSink, AuditReader {
  readonly #streams: StoredAuditRecord[][] = AUDIT_STREAMS.map(() => []);
  #count = 0;

  async append(stream: AuditStream, record: AuditRecord): Promise<void> {
    const index = AUDIT_STREAMS.indexOf(stream);
    const records = this.#streams[index] ?? [];
    records.push({ position: { ms: ++this.#count, seq: 0, stream: index }, value: record });
    if (records.length > MAX_AUDIT_RECORDS) records.shift();
  }

  async read(before: AuditPosition | undefined, limit: number): Promise<StoredAuditRecord[]> {
    const older = this.#streams
      .flat()
      .filter(({ position }) => !before || compareAuditPositions(before, position) < 0);
    return newestFirst(older, limit);
  }
}
