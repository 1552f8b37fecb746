import fc from 'fast-check';
import { expect, inject, it } from 'vitest';
import { DEATHS } from '../testing/walk/faults.ts';
import { guarantee } from '../testing/walk/property.ts';

const SHARE = inject('walkShare');
/** For longer, or to repeat a failure: `npm run walk -w bff`. */
const RUNS = { numRuns: 250 * SHARE, seed: 20261124, interruptAfterTimeLimit: 90_000 };

it(
  'should lose, double and disorder nothing, whatever fails, dies, is lost or comes twice',
  { timeout: 120_000 },
  async () => {
    const counts = new Map<string, number>();
    await fc.assert(guarantee({ losses: false, counts }), RUNS);
    if (SHARE < 1) return;
    expect(counts.get('commits')).toBeGreaterThan(500);
    for (const step of DEATHS) expect(counts.get(`died at ${step}`), step).toBeGreaterThan(0);
    for (const what of ['forged calls refused', 'forged broadcasts'])
      expect(counts.get(what), what).toBeGreaterThan(100);
  },
);

it(
  'should go on in a new epoch, and tell the clients, when the store comes back empty, older or with a hole',
  { timeout: 120_000 },
  async () => {
    const counts = new Map<string, number>();
    await fc.assert(guarantee({ losses: true, counts }), RUNS);
    expect(counts.get('store losses')).toBeGreaterThan(20 * SHARE);
  },
);
