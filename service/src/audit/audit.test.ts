import {
  MAX_AUDIT_RECORD_BYTES,
  auditRecordSchema,
  type AuditRecord,
  type AuditStream,
} from '@tocsin/contracts';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AttemptCollector } from './attempt-collector.ts';
import type { AuditNote } from './note.ts';
import { auditName, auditRecord } from './record.ts';
import { AuditTrail } from './trail.ts';

const publish = (members: Partial<AuditNote> = {}): AuditNote => ({
  ...{ action: 'publish', outcome: 'done', via: 'http', actor: { kind: 'key', name: 'shop' } },
  ...members,
});
const recordOf = (...notes: AuditNote[]): AuditRecord[] => {
  const collector = new AttemptCollector(1);
  for (const note of notes) collector.add(note, 1_000, undefined);
  return collector.take().map((group) => auditRecord(group, { id: 'p-1', instance: 'i' }));
};

describe('an audit record', () => {
  it('should contain the actor, the action, the feeds and the ids', () => {
    const [record] = recordOf(publish({ feeds: ['all', 'all', 'topic:a'], ids: ['a', 'b', 'c'] }));
    expect(record).toEqual({
      ...{ v: 1, id: 'p-1', at: '1970-01-01T00:00:01.000Z', requests: 1, instance: 'i' },
      ...{ action: 'publish', outcome: 'done', via: 'http', actor: { kind: 'key', name: 'shop' } },
      feeds: { count: 2, first: ['all', 'topic:a'] },
      ids: { count: 3, first: ['a', 'b', 'c'] },
    });
  });

  it.each(['x', '"', '\\', '\u{1f514}', '\u0000', '\u202e', '\ud800'])(
    'should stay within its size limit even if names, feeds and ids consist of many %j',
    (character) => {
      const long = (n: number) => `${n}${character.repeat(300)}`;
      const longNames = Array.from({ length: 1_000 }, (_, n) => long(n));
      const note = publish({
        actor: { kind: 'app', name: long(0), claimed: true },
        feeds: longNames,
        ids: longNames,
      });
      const collector = new AttemptCollector(1);
      collector.add(note, 1, 'f'.repeat(32));
      const [group] = collector.take();
      const record = group && auditRecord(group, { id: 'x'.repeat(40), instance: long(1) });
      expect(Buffer.byteLength(JSON.stringify(record))).toBeLessThanOrEqual(MAX_AUDIT_RECORD_BYTES);
      expect(auditRecordSchema.parse(record)).toMatchObject({
        feeds: { count: 1_000 },
        ids: { count: 1_000 },
      });
    },
  );

  it('should distinguish names that differ only in invisible characters', () => {
    const names = ['ada\u202e', 'ada\u200b', 'ada\u009b', `${'a'.repeat(200)}1`, `${'a'.repeat(200)}2`].map(
      auditName,
    );
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    expect(auditName('Grüße 🔔')).toBe('Grüße 🔔');
  });
});

describe('the attempt collector', () => {
  it('should combine and count all attempts by the same actor', () => {
    const notes = Array.from({ length: 500 }, (_, n) => publish({ feeds: [`topic:${n}`], ids: [`n-${n}`] }));
    const [record, ...more] = recordOf(...notes);
    expect(more).toEqual([]);
    expect(record).toMatchObject({ requests: 500, feeds: { count: 500 }, ids: { count: 500 } });
    expect(record?.ids?.first[0]).toBe('n-0');
  });

  it('should record different actors, entry points, actions and outcomes separately', () => {
    const notes = [
      publish(),
      publish({ actor: { kind: 'app', name: 'shop' } }),
      publish({ actor: { kind: 'app', name: 'shop', claimed: true } }),
      publish({ via: 'topic' }),
      publish({ action: 'retract' }),
      publish({ outcome: 'uncertain' }),
    ];
    expect(recordOf(...notes, ...notes).map(({ requests }) => requests)).toEqual([2, 2, 2, 2, 2, 2]);
  });

  it('should limit the number of groups without losing attempts, regardless of the number of actors', () => {
    const notes = Array.from({ length: 5_000 }, (_, n) =>
      publish({ actor: { kind: 'app', name: `a-${n}` } }),
    );
    const records = recordOf(...notes);
    expect(records).toHaveLength(65);
    expect(records.at(-1)).toMatchObject({ actor: { kind: 'several' }, requests: 5_000 - 64 });
  });
});

describe('the audit trail', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  const stored: { stream: AuditStream; record: AuditRecord }[] = [];
  const observed: { failed: number; lost: AuditRecord[] } = { failed: 0, lost: [] };
  let sinkFails = false;
  let trail: AuditTrail;
  beforeEach(() => {
    stored.length = 0;
    [observed.failed, observed.lost, sinkFails] = [0, [], false];
    trail = new AuditTrail({
      instance: 'i',
      sink: {
        append: async (stream, record) => {
          if (sinkFails) throw new Error('unavailable');
          stored.push({ stream, record });
        },
      },
      observer: {
        written: () => undefined,
        failed: () => {
          observed.failed++;
        },
        lost: (records) => void observed.lost.push(...records),
      },
    });
  });
  const requests = () => stored.map(({ stream, record }) => [stream, record.requests]);

  it('should write attempts after 250 ms, not earlier', async () => {
    trail.note(publish());
    trail.note(publish({ action: 'erase' }));
    await vi.advanceTimersByTimeAsync(249);
    expect(stored).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(requests()).toEqual([
      ['acts', 1],
      ['publications', 1],
    ]);
    expect(stored.map(({ record }) => record.id.split('-')[1])).toEqual(['1', '2']);
  });

  it('should combine each second’s rejected attempts into a single record in a separate stream', async () => {
    for (let n = 0; n < 40; n++) {
      trail.note(publish({ outcome: 'unauthorized', actor: { kind: 'anonymous' } }));
      await vi.advanceTimersByTimeAsync(50);
    }
    await vi.advanceTimersByTimeAsync(1_000);
    expect(new Set(requests().map(([stream]) => stream))).toEqual(new Set(['refusals']));
    expect(requests().length).toBeLessThanOrEqual(3);
    expect(requests().reduce((sum, [, n]) => sum + Number(n), 0)).toBe(40);
  });

  it('should write rejected attempts within 1.5 s even if the clock was set back', async () => {
    trail.note(publish({ outcome: 'unauthorized', actor: { kind: 'anonymous' } }));
    vi.setSystemTime(Date.now() - 3_600_000);
    await vi.advanceTimersByTimeAsync(1_500);
    expect(requests()).toEqual([['refusals', 1]]);
  });

  it('should record the first 15 rare actions separately, and combine later actions', async () => {
    for (let n = 0; n < 1_000; n++) trail.note(publish({ action: 'erase', feeds: [`user:${n}`] }));
    await vi.advanceTimersByTimeAsync(250);
    expect(requests()).toEqual([...Array.from({ length: 15 }, () => ['acts', 1]), ['acts', 985]]);
  });

  it('should retry while the sink fails, and combine attempts in the meantime instead of losing them', async () => {
    sinkFails = true;
    for (let n = 0; n < 3_000; n++) {
      trail.note(publish());
      await vi.advanceTimersByTimeAsync(10);
    }
    expect(observed.failed).toBeGreaterThan(10);
    sinkFails = false;
    await vi.advanceTimersByTimeAsync(1_500);
    expect(requests().length).toBeLessThanOrEqual(3);
    expect(requests().reduce((sum, [, n]) => sum + Number(n), 0)).toBe(3_000);
  });

  it('should write the remaining records when stopping, and report any that it could not write', async () => {
    trail.note(publish());
    trail.note(publish({ outcome: 'forbidden' }));
    await trail.stop(1_000);
    expect(stored).toHaveLength(2);
    sinkFails = true;
    trail.note(publish());
    expect(observed.lost.map(({ id }) => id.split('-')[1])).toEqual(['3']);
  });

  it('should stop within the time limit even if the sink fails, and report the unwritten records', async () => {
    sinkFails = true;
    trail.note(publish());
    const stopped = trail.stop(1_000);
    await vi.advanceTimersByTimeAsync(1_000);
    await stopped;
    expect(observed.lost).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(observed.lost).toHaveLength(1);
  });
});
