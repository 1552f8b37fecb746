import { Failure } from '@tocsin/tools/failure';
import { runCheck } from './check/check.ts';
import { countInaccurate } from './check/compare.ts';
import { checkText } from './check/text.ts';
import { CONSTANTS_FILE } from './constants-file.ts';
import { measureCompression } from './compression/measure-compression.ts';
import { saveCheck, saveConstants, readConstants } from './saved-files.ts';
import { measureConstants } from './measure/measure.ts';
import { limitsOf } from './model/limits.ts';
import { planOf } from './model/plan.ts';
import { readCapacityOptions } from './options.ts';
import { planText } from './report.ts';

/**
 * `npm run capacity`: uses measured constants to compute the resources that a load needs. `--measure` measures the
 * constants with real stacks on this machine. `--measure-compression` measures only the constant for compressed
 * history. `--check` verifies the constants with other loads, and exits with 1 if a prediction is too far off.
 */
export async function capacity(args: string[], signal: AbortSignal): Promise<number> {
  const options = readCapacityOptions(args);
  const say = (line: string) => void process.stderr.write(`${line}\n`);
  const print = (text: string) => void process.stdout.write(`${text}\n`);
  if (options.mode === 'measure') {
    const { share } = await measureCompression(say, signal);
    const constants = await measureConstants(say, signal, share);
    print(`Wrote ${(await saveConstants(constants)).join(', ')}`);
    return 0;
  }
  const constants = readConstants();
  if (options.mode === 'measure-compression') {
    const figures = await measureCompression(say, signal);
    print(JSON.stringify(figures, undefined, 2));
    const stored = { ...constants.stored, compressedShare: figures.share };
    say(`Wrote ${(await saveConstants({ ...constants, stored })).join(', ')}`);
    return 0;
  }
  if (options.mode === 'check') {
    const result = await runCheck(constants, say, signal);
    print(options.json ? JSON.stringify(result, undefined, 2) : checkText(result));
    say(`Wrote ${(await saveCheck(result)).join(', ')}`);
    return countInaccurate(result) === 0 ? 0 : 1;
  }
  const plan = planOf(options.load, constants);
  if (!plan) {
    throw new Failure(
      'No number of bffs keeps all of them below the target, because every bff receives every event.\n' +
        'Publish in arrays (--batch), raise a limit (--target, --bff-gib), or divide the feeds between several systems (docs/scaling.md).\n' +
        'To see the load on each bff, set the number of bffs with --instances.',
    );
  }
  const limits = limitsOf(plan, constants);
  print(
    options.json
      ? JSON.stringify({ ...plan, limits, conditions: constants.conditions }, undefined, 2)
      : planText(plan, limits, constants, CONSTANTS_FILE),
  );
  return 0;
}
