import fc from 'fast-check';
import { expect, inject, it } from 'vitest';
import { DEATH_STEPS } from '../testing/walk/faults.ts';
import { guarantee } from '../testing/walk/property.ts';

const SHARE = inject('walkShare');
/** To run longer or reproduce a failure: `npm run walk -w bff`. */
const RUNS = { numRuns: Math.ceil(250 * SHARE), seed: 20261124, interruptAfterTimeLimit: 90_000 };

it(
  'should not lose, duplicate or reorder publications despite failures, crashes, and lost or repeated messages',
  { timeout: 120_000 },
  async () => {
    const counts = new Map<string, number>();
    await fc.assert(guarantee({ losses: false, counts }), RUNS);
    if (SHARE < 1) return;
    expect(counts.get('commits')).toBeGreaterThan(500);
    for (const step of DEATH_STEPS) expect(counts.get(`died at ${step}`), step).toBeGreaterThan(0);
    for (const what of ['forged calls refused', 'forged broadcasts'])
      expect(counts.get(what), what).toBeGreaterThan(100);
  },
);

it(
  'should continue in a new epoch known to all clients when the store comes back empty, rolled back or with a gap',
  { timeout: 120_000 },
  async () => {
    const counts = new Map<string, number>();
    await fc.assert(guarantee({ losses: true, counts }), RUNS);
    expect(counts.get('store losses')).toBeGreaterThan(20 * SHARE);
  },
);
