import type { Arrival } from '@tocsin/contracts';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { READER, after, arrival, deployment, itemsOf, pass } from '../../../testing/away/deployment.ts';
import type { Published } from '../../deliver/append/committed-items.ts';
import type { LeavingMarks } from '../../readers/marks/leaving-marks.ts';
import { hashOfReader } from './document.ts';
import type { Fallbacks } from './fallbacks.ts';

beforeEach(() => void vi.useFakeTimers({ now: new Date('2026-01-01T10:00:00Z') }));
afterEach(() => void vi.useRealTimers());

/** A notification at an offset of the feed. */
const at = (
  offset: number,
  item: Arrival,
  { epoch = '1-a', gone }: { epoch?: string; gone?: string } = {},
) => {
  const published: Published = { position: { epoch, offset, id: item.id }, ...(gone && { gone }) };
  return { ...{ seq: offset, index: 0, item }, published };
};
const commit = (fallbacks: Fallbacks, ...items: ReturnType<typeof at>[]) =>
  fallbacks.committed(new Map([[READER, items]]));
const keyed = (id: string, fallback?: Arrival['fallback']): Arrival => ({
  ...arrival(id, fallback),
  collapseKey: 'order-1',
});
const read = (marks: Partial<LeavingMarks>): LeavingMarks => ({
  state: 'read',
  ranges: [],
  ids: [],
  ...marks,
});

describe('a waiting fallback', () => {
  it('should end when a later notification with the same collapse key is published', async () => {
    const { instance, titles, outcomes, needed } = deployment();
    const { fallbacks } = instance();
    await commit(fallbacks, at(1, keyed('a', after('PT5M'))), at(2, arrival('b', after('PT5M'))));
    await commit(fallbacks, at(3, keyed('newer')));
    await pass(6 * 60_000);
    expect([titles(), outcomes()]).toEqual([
      [['b']],
      [
        ['a', 'suppressed', 'replaced'],
        ['b', 'sent'],
      ],
    ]);
    expect(needed).not.toContain('standing of a');
  });

  it('should not end when the turn of an earlier notification with its collapse key is repeated', async () => {
    const { instance, titles } = deployment();
    const { fallbacks } = instance();
    await commit(fallbacks, at(2, keyed('newer', after('PT5M'))));
    await commit(fallbacks, at(1, keyed('a', after('PT5M')), { gone: 'replaced' }), at(1, keyed('a')));
    await pass(6 * 60_000);
    expect(titles()).toEqual([['newer']]);
  });

  it('should create no document when the newer notification has no fallback', async () => {
    const { instance } = deployment();
    const { fallbacks } = instance();
    await commit(fallbacks, at(1, keyed('newer')));
    expect(await fallbacks.stored(READER)).toBeUndefined();
  });

  it.each([
    ['an id', read({ ids: ['a'] })],
    ['an id, in any epoch', read({ ids: ['a'], epoch: '1-a' })],
    ['its offset', read({ ranges: [[1, 3]], epoch: '1-a' })],
  ])('should end if the reader’s documents lose a read mark that names %s', async (_, marks) => {
    const { instance, titles, outcomes } = deployment();
    const { fallbacks } = instance();
    await commit(fallbacks, at(3, arrival('a', after('PT5M'))), at(4, arrival('b', after('PT5M'))));
    await fallbacks.keepMarks(READER, [marks]);
    await pass(6 * 60_000);
    expect(titles()).toEqual([['b']]);
    expect(outcomes()[0]).toEqual(['a', 'suppressed', 'read']);
  });

  it('should not end because of marks of another epoch, or of another notification', async () => {
    const { instance, titles } = deployment();
    const { fallbacks } = instance();
    await commit(fallbacks, at(3, arrival('a', after('PT5M'))));
    await fallbacks.keepMarks(READER, [
      read({ ids: ['a'], ranges: [[1, 9]], epoch: '0-z' }),
      read({ ids: ['b'], ranges: [[4, 9]], epoch: '1-a' }),
    ]);
    await pass(6 * 60_000);
    expect(titles()).toEqual([['a']]);
  });

  it('should get its new position if its turn is repeated in a later epoch', async () => {
    const { instance, titles } = deployment();
    const { fallbacks } = instance();
    const item = arrival('a', after('PT5M'));
    await commit(fallbacks, at(3, item));
    await commit(fallbacks, at(1, item, { epoch: '2-b' }));
    await commit(fallbacks, at(3, item));
    const position = { epoch: '2-b', offset: 1, id: 'a' };
    expect((await fallbacks.stored(READER))?.waiting).toMatchObject([{ position }]);
    await pass(6 * 60_000);
    expect(titles()).toEqual([['a']]);
  });

  it('should also end by id if an earlier version stored it, without a position', async () => {
    const { instance, titles } = deployment();
    const { fallbacks } = instance();
    await fallbacks.committed(itemsOf(arrival('a', after('PT5M')), arrival('b', after('PT5M'))));
    await fallbacks.keepMarks(READER, [read({ ids: ['a'], ranges: [[1, 9]] })]);
    await pass(6 * 60_000);
    expect(titles()).toEqual([['b']]);
  });
});

it('should not send a notification again that was read or replaced while its channel was unavailable', async () => {
  const { instance, answers, titles, outcomes } = deployment();
  const { fallbacks } = instance();
  let answer: (result: { outcome: 'unavailable'; reason: string }) => void = () => undefined;
  const answered = new Promise<{ outcome: 'unavailable'; reason: string }>((resolve) => (answer = resolve));
  answers.push(answered);
  await commit(fallbacks, at(1, arrival('a', after('PT5S'))), at(2, keyed('b', after('PT5S'))));
  await pass(6_000);
  await fallbacks.keepMarks(READER, [read({ ids: ['a'] })]);
  await commit(fallbacks, at(3, keyed('newer')));
  answer({ outcome: 'unavailable', reason: 'down' });
  await pass(60_000);
  expect(titles()).toHaveLength(1);
  expect(outcomes()).toEqual([
    ['a', 'suppressed', 'read'],
    ['b', 'suppressed', 'replaced'],
  ]);
});

it('should end fallbacks of a notification that the feed does not show at once, without storing its content', async () => {
  const { instance, store, outcomes } = deployment();
  const { fallbacks } = instance();
  await commit(fallbacks, at(1, arrival('a', after('PT5M')), { gone: 'retracted' }));
  expect(outcomes()).toEqual([['a', 'suppressed', 'retracted']]);
  const stored = await store.read(`away:${hashOfReader(READER)}`);
  expect(JSON.stringify(stored?.value)).not.toContain('"title"');
});
