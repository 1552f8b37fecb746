import { Failure, messageOf } from './failure.ts';
import { HelpRequested } from './options.ts';
import { onStopSignal, Stopped } from './process/stop-signal.ts';

/** Runs until the command has finished or `signal` aborts. Resolves with the exit code. */
export type Command = (args: string[], signal: AbortSignal) => Promise<number>;

/** Commands by name. Modules are loaded on demand, only for the command that runs. */
export type Commands = Readonly<Record<string, () => Promise<Command>>>;

/**
 * Runs the command named by the first command-line argument. Exits with the code that the command returns, 0 after
 * `--help`, 130 if the command was stopped, or 1 if it threw an error. Prints a `Failure` without a stack trace.
 */
export async function runCommandLine(commands: Commands): Promise<never> {
  const [name = '', ...args] = process.argv.slice(2);
  try {
    const command = await find(commands, name)();
    process.exitCode = await command(args, onStopSignal());
  } catch (error) {
    if (error instanceof HelpRequested) {
      process.stdout.write(`${error.message}\n`);
      process.exit(0);
    }
    process.exitCode = error instanceof Stopped ? 130 : 1;
    const text = error instanceof Failure || error instanceof Stopped ? error.message : stackOf(error);
    process.stderr.write(`\n${text}\n`);
  }
  process.exit();
}

function find(commands: Commands, name: string): () => Promise<Command> {
  const load = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (load) return load;
  throw new Failure(
    `${name ? `Unknown command ${name}.` : 'No command given.'} Use one of: ${Object.keys(commands).join(', ')}.`,
  );
}

const stackOf = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : messageOf(error);
