import {
  auditRecordSchema,
  compareAuditPositions,
  formatAuditPosition,
  parseAuditPosition,
  type AuditPage,
  type AuditPosition,
  type AuditQuery,
  type AuditRecord,
} from '@tocsin/contracts';
import type { AuditReader } from './ports.ts';

const RECORDS_PER_READ = 200;
/** Maximum records to examine per page. Limits the work if few records match the filter. */
const MAX_EXAMINED = 2_000;

/** Reads a page of the audit trail, newest records first. Rejects if the trail can't be read. */
export async function findAudit(reader: AuditReader, query: AuditQuery): Promise<AuditPage> {
  const page: AuditPage = { records: [], unreadable: 0, next: null };
  const seen = new Set<string>();
  let before = query.before === undefined ? undefined : parseAuditPosition(query.before);
  for (let examined = 0; examined < MAX_EXAMINED;) {
    const stored = await reader.read(before, RECORDS_PER_READ);
    for (const { position, value } of stored) {
      before = position;
      examined++;
      page.next = formatAuditPosition(position);
      const parsed = auditRecordSchema.safeParse(value);
      if (!parsed.success) page.unreadable++;
      // A record can exist twice if its first write seemed to fail.
      else if (matchesAudit(parsed.data, query) && !seen.has(parsed.data.id)) {
        seen.add(parsed.data.id);
        page.records.push({ ...parsed.data, position: page.next });
        if (page.records.length === query.limit) return page;
      }
    }
    if (stored.length < RECORDS_PER_READ) return { ...page, next: null };
  }
  return page;
}

export function matchesAudit(
  { action, actor }: AuditRecord,
  query: Pick<AuditQuery, 'action' | 'actor'>,
): boolean {
  if (query.action !== undefined && query.action !== action) return false;
  if (query.actor === undefined) return true;
  const actorQuery = query.actor.toLowerCase();
  return actor.kind === actorQuery || (actor.name?.toLowerCase().includes(actorQuery) ?? false);
}

export const newestFirst = <T extends { position: AuditPosition }>(all: readonly T[], limit: number): T[] =>
  all.toSorted((a, b) => compareAuditPositions(a.position, b.position)).slice(0, limit);
