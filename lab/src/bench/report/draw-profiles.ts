import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { drawFlame, type CpuProfile } from './flame.ts';

/** Time to omit from the start of each profile (ms): the process is starting and warming up. */
const WARM_UP_MS = 15_000;

const busyTime = ({ nodes, samples, timeDeltas }: CpuProfile): number => {
  const idle = new Set(
    nodes.filter(({ callFrame }) => callFrame.functionName === '(idle)').map(({ id }) => id),
  );
  return timeDeltas.reduce((sum, delta, index) => sum + (idle.has(samples[index] ?? 0) ? 0 : delta), 0);
};

/**
 * Draws only the profile of the busiest thread in `folder`, even if there are multiple instances. Returns the written
 * file, or `undefined` if there is no profile.
 */
export function drawBusiest(folder: string, app: string): string | undefined {
  const profiles = readdirSync(folder)
    .filter((name) => name.endsWith('.cpuprofile'))
    .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as CpuProfile)
    .sort((a, b) => busyTime(b) - busyTime(a));
  const [busiest] = profiles;
  if (!busiest) return undefined;
  const file = join(folder, `flame-${app}.svg`);
  writeFileSync(file, drawFlame(busiest, { title: `Where the ${app} spends its time`, skipMs: WARM_UP_MS }));
  return file;
}
