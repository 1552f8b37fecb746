import fc from 'fast-check';
import { FAULTS, LOSSES } from './faults.ts';
import { Report } from './check/report.ts';
import { end } from './check/settle.ts';
import { STEPS } from './steps.ts';
import { predictRandomBytes } from './unique-bytes.ts';
import { World, type Setting } from './world/world.ts';

const MAX_STEPS = 600;
const DAY_MS = 24 * 60 * 60 * 1_000;

export interface PropertyOptions {
  /** Whether the store can come back empty, rolled back or with a gap. */
  losses: boolean;
  /** Number of occurrences of each event across all runs. */
  counts?: Map<string, number>;
  /**
   * The replay path that is printed when a check fails. Together with the printed `seed` and `path`, it reproduces the
   * failure.
   */
  replayPath?: string | undefined;
}

/**
 * Returns the property to check. Despite failures, crashes, lost or repeated messages, and lost data, the code for
 * turns, recovery and merging must satisfy the rules in `checker.ts` after each step, and the rules in `end-checks.ts`
 * at the end.
 */
export function guarantee({ losses, counts = new Map(), replayPath }: PropertyOptions) {
  const setting: fc.Arbitrary<Setting> = fc.record({
    clockIsFrozen: fc.nat(3).map((n) => n === 3),
    historyMax: fc.constantFrom(100_000, 5),
    historyTtlMs: fc.constantFrom(1_000 * DAY_MS, 1_000 * DAY_MS, DAY_MS / 2),
    segmentBytes: fc.constantFrom(1_500, 500),
    snapshots: fc.constant(losses),
  });
  const step = fc.oneof(...STEPS, ...FAULTS, ...(losses ? LOSSES : []));
  const steps = fc.commands([step], {
    maxCommands: MAX_STEPS,
    size: 'max',
    ...(replayPath !== undefined && { replayPath }),
  });
  return fc.asyncProperty(setting, steps, async (chosenSetting, walk) => {
    const restore = predictRandomBytes();
    try {
      const report = new Report(counts);
      const world = new World(chosenSetting, report);
      await fc.asyncModelRun(() => ({ model: world, real: report }), walk);
      report.log('--- no more faults');
      await end(world);
      report.check();
    } finally {
      restore();
    }
  });
}
