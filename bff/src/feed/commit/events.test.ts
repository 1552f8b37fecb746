import { idBesideAnother, idSchema, partsOfIdBeside } from '@tocsin/contracts';
import { describe, expect, it } from 'vitest';
import { event, batchWithItems, PlannedLog, retract } from '../../../testing/planned-log.ts';

describe('events that share an id', () => {
  it('should each be published once if the sources differ', async () => {
    const log = new PlannedLog();
    const first = await log.commit(batchWithItems(1, event('1', 'a'), event('1', 'b'), event('1', 'a')));
    expect(first.publications.map(({ notification }) => notification)).toMatchObject([
      { id: '1', title: '1 of a' },
      { id: '1.bbbbbbbb', title: '1 of b' },
    ]);
    expect(first.publications.map(({ notification }) => Object.keys(notification ?? {}))).not.toContain(
      'sourceHash',
    );
    const second = await log.commit(batchWithItems(2, event('1', 'b'), event('1', 'a'), event('1', 'c')));
    expect([second.suppressed, log.idsInLog]).toEqual([2, ['1', '1.bbbbbbbb', '1.cccccccc']]);
  });

  it('should be retracted by their published ids', async () => {
    const log = new PlannedLog();
    await log.commit(batchWithItems(1, event('1', 'a'), event('1', 'b')));
    await log.commit(batchWithItems(2, retract('1.bbbbbbbb')));
    expect(log.idsInLog).toEqual(['1', '1.bbbbbbbb retracted', '1.bbbbbbbb retracted']);
    await log.commit(batchWithItems(3, retract('1')));
    const { suppressed } = await log.commit(batchWithItems(4, event('1', 'a'), event('1', 'b')));
    expect(suppressed).toBe(2);
    expect(log.idsInLog.filter((shown) => !shown.includes('retracted'))).toEqual([]);
  });

  it('should be suppressed by an earlier retraction of the event id or the published id', async () => {
    const log = new PlannedLog();
    await log.commit(batchWithItems(1, retract('1'), '2', retract('2.bbbbbbbb')));
    const { suppressed } = await log.commit(
      batchWithItems(2, event('1', 'a'), event('2', 'b'), event('2', 'c')),
    );
    expect(suppressed).toBe(2);
    expect(log.idsInLog.slice(1)).toEqual(['2', '2.bbbbbbbb retracted', '2.cccccccc']);
  });

  it('should be published alongside a plain notification with that id', async () => {
    const log = new PlannedLog();
    await log.commit(batchWithItems(1, '1', event('1', 'a')));
    const { suppressed } = await log.commit(batchWithItems(2, '1', event('2', 'a'), '2'));
    expect([suppressed, log.idsInLog]).toEqual([2, ['1', '1.aaaaaaaa', '2']]);
  });
});

it('should derive ids that can be split back into the original parts', () => {
  const hash = '0123456789abcdef';
  expect(partsOfIdBeside(idBesideAnother('order-1', hash))).toEqual({ id: 'order-1', source: '01234567' });
  expect(partsOfIdBeside('order-1')).toBeUndefined();
  const longest = idBesideAnother('x'.repeat(128), hash);
  expect(idSchema.safeParse(longest).success).toBe(true);
  expect(longest).toHaveLength(128);
});
