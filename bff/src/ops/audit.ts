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

/** Records that are asked for at a time, and that one page looks at: a filter that finds little ends there, too. */
const AT_A_TIME = 200;
const MOST_LOOKED_AT = 2_000;

/** A page of the trail, the newest record first. Rejects when the trail cannot be read. */
export async function findAudit(reader: AuditReader, query: AuditQuery): Promise<AuditPage> {
  const page: AuditPage = { records: [], unreadable: 0, next: null };
  const seen = new Set<string>();
  let before = query.before === undefined ? undefined : parseAuditPosition(query.before);
  for (let looked = 0; looked < MOST_LOOKED_AT;) {
    const stored = await reader.read(before, AT_A_TIME);
    for (const { position, value } of stored) {
      before = position;
      looked++;
      page.next = formatAuditPosition(position);
      const parsed = auditRecordSchema.safeParse(value);
      if (!parsed.success) page.unreadable++;
      // A record exists twice if the outcome of its write was unknown.
      else if (matchesAudit(parsed.data, query) && !seen.has(parsed.data.id)) {
        seen.add(parsed.data.id);
        page.records.push({ ...parsed.data, position: page.next });
        if (page.records.length === query.limit) return page;
      }
    }
    if (stored.length < AT_A_TIME) return { ...page, next: null };
  }
  return page;
}

/** Whether a record is one of those that are asked for. */
export function matchesAudit(
  { action, actor }: AuditRecord,
  query: Pick<AuditQuery, 'action' | 'actor'>,
): boolean {
  if (query.action !== undefined && query.action !== action) return false;
  if (query.actor === undefined) return true;
  const wanted = query.actor.toLowerCase();
  return actor.kind === wanted || (actor.name?.toLowerCase().includes(wanted) ?? false);
}

/** The newest `limit` records of the streams before a position. */
export const newestFirst = <T extends { position: AuditPosition }>(all: readonly T[], limit: number): T[] =>
  all.toSorted((a, b) => compareAuditPositions(a.position, b.position)).slice(0, limit);
