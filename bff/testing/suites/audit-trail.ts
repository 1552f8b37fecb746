import { randomUUID } from 'node:crypto';
import { AUDIT_STREAMS, DOCUMENT_VERSION, type AuditPosition, type AuditRecord } from '@tocsin/contracts';
import type { AuditSink } from '@tocsin/service';
import { describe, expect, it } from 'vitest';
import type { AuditReader } from '../../src/ops/ports.ts';

/** Returns an audit record with a unique id. */
export const aRecord = (members: Partial<AuditRecord> = {}): AuditRecord => ({
  ...{ v: DOCUMENT_VERSION, id: randomUUID(), at: '2026-01-01T00:00:00.000Z', requests: 1 },
  ...{ action: 'publish', outcome: 'done', via: 'http', actor: { kind: 'key', name: 'Grüße 🔔' } },
  ...{ instance: 'host:4000', ids: { count: 1, first: ['n-1'] } },
  ...members,
});

/** Tests that every audit trail must pass. */
export function auditTrailSuite(name: string, create: () => AuditSink & AuditReader): void {
  const all = async (trail: AuditReader, limit: number): Promise<unknown[]> => {
    const values: unknown[] = [];
    let before: AuditPosition | undefined;
    for (;;) {
      const page = await trail.read(before, limit);
      values.push(...page.map(({ value }) => value));
      before = page.at(-1)?.position;
      if (page.length < limit) return values;
    }
  };

  describe(`${name} as the audit trail`, () => {
    it("should return all streams' records unchanged, newest first", async () => {
      const trail = create();
      const records: AuditRecord[] = [];
      for (let n = 0; n < 9; n++) {
        const record = aRecord();
        records.unshift(record);
        await trail.append(AUDIT_STREAMS[n % 3] ?? 'acts', record);
      }
      const newest = await trail.read(undefined, 9);
      expect(newest.map(({ value }) => value)).toEqual(expect.arrayContaining(records));
      const acts = records.filter((_, n) => n % 3 === 2);
      expect(
        newest
          .map(({ value }) => value)
          .filter((value) => acts.some(({ id }) => id === (value as AuditRecord).id)),
      ).toEqual(acts);
    });

    it('should return each record exactly once with any page size, even if records were written at the same time', async () => {
      const trail = create();
      const records = Array.from({ length: 60 }, () => aRecord());
      await Promise.all(records.map((record, n) => trail.append(AUDIT_STREAMS[n % 3] ?? 'acts', record)));
      const ids = new Set(records.map(({ id }) => id));
      for (const limit of [1, 7, 60, 200]) {
        const read = (await all(trail, limit))
          .map((value) => (value as AuditRecord).id)
          .filter((id) => ids.has(id));
        expect(read).toHaveLength(60);
        expect(new Set(read)).toEqual(ids);
      }
    });
  });
}
