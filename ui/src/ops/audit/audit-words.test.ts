import { AUDIT_ACTIONS, type ListedAuditRecord } from '@tocsin/contracts';
import { expect, it } from 'vitest';
import { de } from '../messages/de/index.ts';
import { en } from '../messages/en/index.ts';
import { auditLine as lineOf } from './audit-words.ts';

const auditLine = (auditRecord: ListedAuditRecord) => lineOf(auditRecord, en.audit);

const record = (members: Partial<ListedAuditRecord> = {}): ListedAuditRecord => ({
  ...{ v: 1, id: 'p-1', position: '1-0.0', at: '2026-01-01T00:00:00Z', requests: 1, instance: 'i' },
  ...{ action: 'publish', outcome: 'done', via: 'http', actor: { kind: 'key', name: 'shop' } },
  ...members,
});

it('should have a label for every action', () => {
  for (const { audit } of [en, de])
    expect(Object.keys(audit.actions).sort()).toEqual([...AUDIT_ACTIONS].sort());
});

it('should show the first three ids and the number of remaining ids', () => {
  const ids = { count: 500, first: ['a', 'b', 'c', 'd'] };
  const line = auditLine(record({ requests: 12, ids, feeds: { count: 2, first: ['all'] } }));
  expect(line).toMatchObject({
    what: 'Published × 12',
    ids: 'a, b, c and 497 more',
    feeds: 'all and 1 more',
  });
  expect(auditLine(record({ ids: { count: 7, first: [] } })).ids).toBe('7 more');
});

it('should mark an unverified name and show unknown words unchanged', () => {
  const claimed = auditLine(record({ via: 'topic', actor: { kind: 'app', name: 'shop', claimed: true } }));
  expect(claimed.via).toBe('topic, name not verified');
  const newer = auditLine(
    record({ action: 'archive', outcome: 'odd', via: 'pigeon', actor: { kind: 'robot' } }),
  );
  expect(newer).toMatchObject({ what: 'archive', outcome: 'odd', via: 'pigeon', kind: 'robot', name: '' });
});
