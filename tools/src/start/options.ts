import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { Failure, messageOf } from '../failure.ts';
import { DATA_DIR, RUN_FILE } from '../paths.ts';

export interface StartOptions {
  runFile: string;
  dataDir: string;
  /** Shows all that daprd says. */
  verbose: boolean;
}

/** Reads what stands behind `npm start --`. @throws Failure for what is unknown. */
export function readOptions(args: string[]): StartOptions {
  try {
    const { values } = parseArgs({
      args,
      options: {
        'run-file': { type: 'string', default: RUN_FILE },
        data: { type: 'string', default: DATA_DIR },
        verbose: { type: 'boolean', short: 'v', default: false },
      },
    });
    return { runFile: resolve(values['run-file']), dataDir: resolve(values.data), verbose: values.verbose };
  } catch (error) {
    throw new Failure(
      `${messageOf(error)}\nUse: npm start -- [--verbose] [--run-file <file>] [--data <folder>]`,
    );
  }
}
