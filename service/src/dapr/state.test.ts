import { expect, it } from 'vitest';
import { stagesOf, toDaprOperation, type StateOperation } from './state.ts';

const upsert = (key: string, etag?: string): StateOperation => ({
  ...{ operation: 'upsert', key, value: 1 },
  ...(etag && { etag }),
});

it('should write documents first, then the index that lists them, then delete old documents', () => {
  const remove: StateOperation = { operation: 'delete', key: 'old' };
  expect(stagesOf([remove, upsert('index', '7'), upsert('a'), upsert('b')])).toEqual([
    [upsert('a'), upsert('b')],
    [upsert('index', '7')],
    [remove],
  ]);
  expect(stagesOf([upsert('a')])).toEqual([[upsert('a')]]);
  expect(stagesOf([])).toEqual([]);
});

it('should split documents and deletions that are too large for one call, but never the index', () => {
  const large = (key: string, etag?: string): StateOperation => ({
    ...upsert(key, etag),
    ...{ operation: 'upsert', value: 'x'.repeat(400 * 1024) },
  });
  const documents = ['a', 'b', 'c', 'd', 'e'].map((key) => large(key));
  const indexes = ['f', 'g', 'h'].map((key) => large(key, '1'));
  const deletions = Array.from({ length: 10_000 }, (_, n): StateOperation => ({
    operation: 'delete',
    key: `${n} ${'x'.repeat(200)}`,
  }));
  const stages = stagesOf([...deletions, ...indexes, ...documents]);
  expect(stages.flat()).toEqual([...documents, ...indexes, ...deletions]);
  expect(stages.slice(0, 5).map((stage) => stage.length)).toEqual([2, 2, 1, 3, expect.any(Number)]);
  const sizes = stages.slice(4).map((stage) => JSON.stringify(stage.map(toDaprOperation)).length);
  expect(Math.max(...sizes)).toBeLessThan(2 * 1024 * 1024);
});
