import type { AuditStream, AuditRecord } from '@tocsin/contracts';

type Line = [stream: AuditStream, fields: Partial<AuditRecord> & Pick<AuditRecord, 'action' | 'actor'>];

const LINES: Line[] = [
  [
    'acts',
    { action: 'key-created', via: 'secret', actor: { kind: 'operator' }, ids: { count: 1, first: ['shop'] } },
  ],
  [
    'publications',
    {
      ...{ action: 'publish', actor: { kind: 'key', name: 'shop' }, requests: 12 },
      ...{
        feeds: { count: 1, first: ['topic:orders'] },
        ids: { count: 12, first: ['order-4711', 'order-4712', 'order-4713'] },
      },
    },
  ],
  [
    'publications',
    {
      ...{ action: 'publish', via: 'topic', actor: { kind: 'app', name: 'warehouse', claimed: true } },
      ...{
        feeds: { count: 2, first: ['all', 'topic:stock'] },
        ids: { count: 2, first: ['pallet-8', 'pallet-9'] },
      },
    },
  ],
  [
    'acts',
    {
      ...{ action: 'erase', actor: { kind: 'key', name: 'privacy-desk' } },
      feeds: { count: 1, first: ['user:8f14e45f-ceea-467f-9c4b-7d0e3a1b2c3d@customers.example.org'] },
    },
  ],
  ['refusals', { action: 'publish', outcome: 'unauthorized', actor: { kind: 'anonymous' }, requests: 214 }],
  [
    'acts',
    {
      ...{ action: 'delete', via: 'ops', actor: { kind: 'reader', name: 'ada' } },
      ids: { count: 1, first: ['entry:Ab3dE9xQ:topic%3Aorders:117'] },
    },
  ],
];

/** Sample records for screenshots and page tests, oldest first. */
export const auditRecords = (
  start = Date.UTC(2026, 0, 5, 8, 40),
): { stream: AuditStream; record: AuditRecord }[] =>
  LINES.map(([stream, fields], n) => ({
    stream,
    record: {
      ...{ v: 1, id: `5eedf00d-${n + 1}`, at: new Date(start + n * 73_000).toISOString(), requests: 1 },
      ...{ outcome: 'done', via: 'http', instance: 'bff-1' },
      ...fields,
    },
  }));
