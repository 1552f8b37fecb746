import { parseArgs } from 'node:util';
import fc from 'fast-check';
import { guarantee } from './property.ts';

/**
 * Usage: walk [runs=1000] [seed=1]. To reproduce a failure, pass the printed --path and --replay, and --losses if the
 * failing walk had store losses.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { path: { type: 'string' }, replay: { type: 'string' }, losses: { type: 'boolean' } },
});
const [numRuns = 1_000, seed = 1] = positionals.map(Number);
const { path, replay: replayPath, losses } = values;
for (const lossy of losses === undefined && path === undefined ? [false, true] : [losses === true]) {
  const counts = new Map<string, number>();
  const property = guarantee({ losses: lossy, counts, replayPath });
  const details = await fc.check(property, { numRuns, seed, ...(path !== undefined && { path }) });
  console.log(`${lossy ? 'with' : 'without'} store losses: ${details.numRuns} walks, seed ${seed}`);
  for (const [what, times] of counts) console.log(`  ${what}: ${times}`);
  if (!details.failed) continue;
  console.log(fc.defaultReportMessage(details));
  console.log(details.errorInstance instanceof Error ? details.errorInstance.message : details.errorInstance);
  process.exitCode = 1;
}
