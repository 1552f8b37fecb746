import { Failure } from '@tocsin/tools/failure';
import { table } from '@tocsin/tools/print/table';
import { Stopped } from '@tocsin/tools/process/stop-signal';
import { newLogDir } from '@tocsin/tools/stack/log-dir';
import { measureGrowth } from './growth.ts';
import { readBenchOptions, type BenchOptions } from './options.ts';
import { targetRows, callRows, figureRows, growthRows } from './report/rows.ts';
import type { Result } from './report/result.ts';
import { saveResult } from './report/save.ts';
import { runRounds } from './run-rounds.ts';
import { Numbers } from './workloads/workload.ts';

/**
 * `npm run bench`: measures our stack and the alternatives in turn, on this machine and with the same client. Exits
 * with 1 if a workload fails, for example because a message is lost or duplicated. Missed targets are reported, but
 * don't change the exit code.
 */
export async function bench(args: string[], signal: AbortSignal): Promise<number> {
  const options = readBenchOptions(args);
  const say = (line: string) => void process.stderr.write(`${line}\n`);
  const results = [await measure(options, say, signal)];
  if (options.all && !signal.aborted)
    results.push(await measure({ ...options, persistence: false }, say, signal));
  // Also print results if the run is interrupted, since everything measured so far is valid.
  process.stdout.write(
    options.json ? `${JSON.stringify(results, undefined, 2)}\n` : `${results.map(textOf).join('\n\n')}\n`,
  );
  if (signal.aborted) throw new Stopped('Stopped.');
  if (results.some(({ samples }) => samples.length === 0)) throw new Failure('Nothing was measured.');
  if (options.isComplete) {
    for (const result of results) say(`Wrote ${(await saveResult(result)).join(', ')}`);
  }
  return results.every(({ faults }) => faults.length === 0) ? 0 : 1;
}

async function measure(
  options: BenchOptions,
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<Result> {
  const result = await runRounds(options, say, signal);
  if (!options.all || !options.persistence || signal.aborted) return result;
  const { persistence, profile } = options;
  const context = { sizes: result.sizes, numbers: new Numbers(), say, signal };
  return { ...result, growth: await measureGrowth({ persistence, profile, logDir: newLogDir() }, context) };
}

function textOf(result: Result): string {
  const { conditions, peers, faults, rounds } = result;
  const parts = [
    `${conditions.cpu}, ${conditions.cores} cores, ${conditions.memoryGiB} GiB, ${conditions.system}, Node ${conditions.node}, Redis ${conditions.redis} ${conditions.persistence ? 'with appendfsync always' : 'without persistence'}, Dapr ${conditions.dapr}`,
    `medians of ${rounds} rounds in ${conditions.seconds} s; load average before ${conditions.load[0].toFixed(1)}, after ${conditions.load[1].toFixed(1)}`,
    peers
      .map(
        ({ name, version, setup, notMeasuredBecause }) =>
          `${name} ${version}: ${notMeasuredBecause ?? setup}`,
      )
      .join('\n'),
    ...[figureRows(result), callRows(result), targetRows(result), growthRows(result)]
      .filter((rows) => rows.length > 1)
      .map(table),
    ...faults.map(
      ({ round, work, peer, message }) => `FAILED in round ${round}: ${work} with ${peer}: ${message}`,
    ),
  ];
  return parts.join('\n\n');
}
