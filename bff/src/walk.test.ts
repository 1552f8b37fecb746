import { expect, it } from 'vitest';
import { explore } from './testing/walk/walk.ts';
import { FAULTS } from './testing/walk/faults.ts';

/** For longer: `npm run walk -w bff -- 5000 2` takes the number of walks and the seed. */
const WALKS = 250;
const SEED = 20261124;
const LOSSES = new Set<string>(['empty', 'rollback', 'segment']);

it(
  'should lose, double and disorder nothing, whatever fails, dies, is lost or comes twice',
  { timeout: 60_000 },
  async () => {
    const faults = new Set(FAULTS.filter((fault) => !LOSSES.has(fault)));
    const report = await explore({ walks: WALKS, seed: SEED, faults, limitMs: 6_000 });
    expect([...report.violations.keys()], `seed ${SEED}: ${report.toString()}`).toEqual([]);
    expect(report.counts.get('commits')).toBeGreaterThan(500);
  },
);

it(
  'should go on in a new epoch, and tell the clients, when the store comes back empty, older or with a hole',
  { timeout: 60_000 },
  async () => {
    const report = await explore({ walks: WALKS, seed: SEED, faults: new Set(FAULTS), limitMs: 6_000 });
    expect([...report.violations.keys()], `seed ${SEED}: ${report.toString()}`).toEqual([]);
    expect(report.counts.get('store losses')).toBeGreaterThan(20);
  },
);
