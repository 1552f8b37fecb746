import { spawn, type ChildProcess } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { Failure, hasCode } from '../failure.ts';
import { hostEnvironment } from '../config.ts';

export interface RunOptions {
  cwd?: string;
  /** Added to the environment. */
  env?: Record<string, string>;
  input?: string;
  /** Called for each line of standard output and error as it arrives. */
  onLine?: (line: string) => void;
  /** Stops the command when the signal aborts. */
  signal?: AbortSignal;
}

export interface RunResult {
  code: number;
  /** Interleaved standard output and error. */
  output: string;
  stdout: string;
  stderr: string;
}

const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill();
});

/**
 * Runs a command until it exits. Kills it if this process exits first.
 * @throws Failure if the command doesn't exist
 */
export function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  return new Promise((resolve, reject) => {
    const lines: string[] = [];
    const byStream = { stdout: [] as string[], stderr: [] as string[] };
    const child = spawn(command, args, {
      ...(options.cwd ? { cwd: options.cwd } : {}),
      env: { ...hostEnvironment(), ...options.env },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    running.add(child);
    const stop = () => void child.kill();
    options.signal?.addEventListener('abort', stop);
    if (options.signal?.aborted) stop();
    for (const name of ['stdout', 'stderr'] as const) {
      createInterface({ input: child[name] }).on('line', (line) => {
        lines.push(line);
        byStream[name].push(line);
        options.onLine?.(line);
      });
    }
    // A command may exit without reading all its input. The exit code shows whether that is an error.
    child.stdin.once('error', () => undefined);
    child.stdin.end(options.input);
    child.once('error', (error) =>
      reject(hasCode(error, 'ENOENT') ? new Failure(`${command} was not found.`) : error),
    );
    child.once('close', (code) => {
      running.delete(child);
      options.signal?.removeEventListener('abort', stop);
      const [output, stdout, stderr] = [lines, byStream.stdout, byStream.stderr].map((streamLines) =>
        streamLines.join('\n'),
      );
      resolve({ code: code ?? 1, output, stdout, stderr } as RunResult);
    });
  });
}

const isExecutable = (file: string): boolean => {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch (error) {
    if (hasCode(error, 'ENOENT') || hasCode(error, 'EACCES') || hasCode(error, 'ENOTDIR')) return false;
    throw error;
  }
};

/** The full path of the first of these commands that is on the PATH or in one of `moreFolders`. */
export function findCommand(
  names: readonly string[],
  moreFolders: readonly string[] = [],
): string | undefined {
  const folders = [...(hostEnvironment()['PATH'] ?? '').split(delimiter).filter(Boolean), ...moreFolders];
  for (const name of names) {
    const found = folders.map((folder) => join(folder, name)).find(isExecutable);
    if (found) return found;
  }
  return undefined;
}
