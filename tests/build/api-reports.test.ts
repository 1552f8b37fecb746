import { changedApis } from '@tocsin/tools';
import { expect, it } from 'vitest';

/** Extracting the API takes a minute, or several minutes on a busy machine. */
const TIMEOUT_MS = 400_000;

it(
  'the public API should match the reports in docs/api (after an intended change, run `npm run api`)',
  async () => {
    expect(await changedApis({ update: false })).toEqual([]);
  },
  TIMEOUT_MS,
);
