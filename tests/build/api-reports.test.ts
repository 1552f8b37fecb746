import { changedApis } from '@tocsin/tools';
import { expect, it } from 'vitest';

it('the public API should match the reports in docs/api (after an intended change, run `npm run api`)', async () => {
  expect(await changedApis({ update: false })).toEqual([]);
});
