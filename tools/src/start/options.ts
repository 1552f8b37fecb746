import { resolve } from 'node:path';
import { parseOptions } from '../options.ts';
import { DATA_DIR, RUN_FILE } from '../paths.ts';

export interface StartOptions {
  runFile: string;
  dataDir: string;
  /** Prints the sidecars' full log. */
  verbose: boolean;
}

const USAGE = 'npm start -- [--verbose] [--run-file FILE] [--data FOLDER]';

/** Parses the arguments of `npm start`. @throws Failure for an unknown option */
export function readOptions(args: string[]): StartOptions {
  const { values } = parseOptions(args, USAGE, {
    options: {
      'run-file': { type: 'string', default: RUN_FILE },
      data: { type: 'string', default: DATA_DIR },
      verbose: { type: 'boolean', short: 'v', default: false },
    },
  });
  return { runFile: resolve(values['run-file']), dataDir: resolve(values.data), verbose: values.verbose };
}
