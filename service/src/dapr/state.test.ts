import { expect, it } from 'vitest';
import { stagesOf, type StateOperation } from './state.ts';

const upsert = (key: string, etag?: string): StateOperation => ({
  ...{ operation: 'upsert', key, value: 1 },
  ...(etag && { etag }),
});

it('should write documents first, then the index that names them, then delete old documents', () => {
  const remove: StateOperation = { operation: 'delete', key: 'old' };
  expect(stagesOf([remove, upsert('index', '7'), upsert('a'), upsert('b')])).toEqual([
    [upsert('a'), upsert('b')],
    [upsert('index', '7')],
    [remove],
  ]);
  expect(stagesOf([upsert('a')])).toEqual([[upsert('a')]]);
  expect(stagesOf([])).toEqual([]);
});
