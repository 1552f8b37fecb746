import { parseArgs, type ParseArgsConfig } from 'node:util';
import { Failure, messageOf } from './failure.ts';

/** Thrown for `--help`. The message is the usage, and the command then exits successfully. */
export class HelpRequested extends Error {
  override name = 'HelpRequested';
}

type OptionsConfig = Pick<ParseArgsConfig, 'options' | 'allowPositionals'>;

/**
 * Parses a command's arguments.
 * @throws Failure with the error and the usage; HelpRequested for `--help`
 */
export function parseOptions<const T extends OptionsConfig>(args: string[], usage: string, config: T) {
  if (args.includes('--help')) throw new HelpRequested(`Usage: ${usage}`);
  try {
    return parseArgs<T & { args: string[] }>({ ...config, args });
  } catch (error) {
    // Removes Node's long explanation about positional arguments that start with a dash.
    throw usageFailure([messageOf(error).replace(/\. To specify a positional argument[^]*$/, '')], usage);
  }
}

export const usageFailure = (errors: readonly string[], usage: string): Failure =>
  new Failure(`${errors.map((error) => error.replace(/\.$/, '')).join('.\n')}.\nUsage: ${usage}`);

/** @throws Failure if there are any errors */
export function throwIfInvalid(errors: readonly string[], usage: string): void {
  if (errors.length > 0) throw usageFailure(errors, usage);
}
