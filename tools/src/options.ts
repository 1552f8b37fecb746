import { parseArgs, type ParseArgsConfig } from 'node:util';
import { Failure, messageOf } from './failure.ts';

/** Thrown for `--help`: the message is how to call the command. It ends the command without a failure. */
export class HelpRequested extends Error {
  override name = 'HelpRequested';
}

/** The options of a command as `parseArgs` of Node takes them. */
type OptionsConfig = Pick<ParseArgsConfig, 'options' | 'allowPositionals'>;

/**
 * Reads the arguments of a command.
 * @throws Failure that names the fault and how to call the command; HelpRequested for `--help`
 */
export function parseOptions<const T extends OptionsConfig>(args: string[], usage: string, config: T) {
  if (args.includes('--help')) throw new HelpRequested(`Usage: ${usage}`);
  try {
    return parseArgs<T & { args: string[] }>({ ...config, args });
  } catch (error) {
    // Node explains at length how to pass a positional argument that begins with a dash.
    throw usageFailure([messageOf(error).replace(/\. To specify a positional argument[^]*$/, '')], usage);
  }
}

/** A failure that lists what is wrong with the arguments and says how to call the command. */
export const usageFailure = (faults: readonly string[], usage: string): Failure =>
  new Failure(`${faults.map((fault) => fault.replace(/\.$/, '')).join('.\n')}.\nUsage: ${usage}`);

/** @throws Failure if there are faults */
export function refuseFaults(faults: readonly string[], usage: string): void {
  if (faults.length > 0) throw usageFailure(faults, usage);
}
