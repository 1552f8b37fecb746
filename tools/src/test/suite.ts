import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { hostEnvironment } from '../config.ts';
import { messageOf } from '../failure.ts';
import { ARTIFACTS_DIR, ROOT } from '../paths.ts';
import { Stopped, unlessStopped, whenAborted } from '../process/stop-signal.ts';
import {
  didNotRunLine,
  missingLines,
  resultsSchema,
  summarize,
  failureLines,
  retriedLines,
  type Results,
  type Summary,
} from './summary.ts';

/** A group of tests with a separate command. */
export interface Suite {
  /** The command name, for example `test:compose`. */
  name: string;
  /** The projects in vitest.config.ts. */
  projects: readonly string[];
  /** Prepares this machine for the tests. A rejection counts as a test failure. */
  setUp: () => Promise<void>;
  /** Added to the environment of the tests. */
  env?: Readonly<Record<string, string>>;
  /** Resolves with a command that runs the tests, for example in a network namespace. */
  runner?: () => Promise<readonly string[]>;
  /**
   * Resolves with the reason why this machine can't run the tests. The tests are then skipped, which isn't a failure.
   */
  findMissing?: () => Promise<string | undefined>;
}

/**
 * Runs a suite, or the part that `args` selects. Lists tests that failed, passed on retry or did not run. The last line
 * always starts with `N passed, N failed`.
 */
export async function runSuite(suite: Suite, args: string[], signal: AbortSignal): Promise<number> {
  const { line, ok } = await summaryOf(suite, args, signal);
  say(line);
  return ok ? 0 : 1;
}

async function summaryOf(suite: Suite, args: string[], signal: AbortSignal): Promise<Summary> {
  try {
    const missing = await suite.findMissing?.();
    if (missing) {
      say(`Did not run: ${suite.name}. ${missing}`);
      return { line: '0 passed, 0 failed', ok: true };
    }
    await unlessStopped(signal, suite.setUp());
    const resultsFile = join(ARTIFACTS_DIR, `${suite.name.replace(':', '-')}-results.json`);
    const exitCode = await runVitest(suite, resultsFile, args, signal);
    const results = readResults(resultsFile);
    for (const line of [...retriedLines(results, ROOT), ...failureLines(results, ROOT)]) say(line);
    const skipped = didNotRunLine(results, ROOT);
    if (skipped) say(skipped);
    for (const line of missingLines(results, ROOT)) say(line);
    return summarize(results, exitCode);
  } catch (error) {
    say(error instanceof Stopped ? 'Stopped.' : messageOf(error));
    return { line: '0 passed, 1 failed', ok: false };
  }
}

const HOOK_FAILURES = join(import.meta.dirname, 'hook-failures.ts');

const say = (line: string) => process.stdout.write(`${line}\n`);

async function runVitest(
  { projects, env, runner }: Suite,
  resultsFile: string,
  args: string[],
  signal: AbortSignal,
): Promise<number> {
  mkdirSync(ARTIFACTS_DIR, { recursive: true });
  rmSync(resultsFile, { force: true });
  const vitest = join(ROOT, 'node_modules', 'vitest', 'vitest.mjs');
  const [command, ...before] = [...((await runner?.()) ?? []), process.execPath];
  const child = spawn(
    command,
    [
      ...before,
      ...[vitest, 'run', ...projects.flatMap((project) => ['--project', project])],
      ...['--reporter=default', '--reporter=json', `--reporter=${HOOK_FAILURES}`],
      ...[`--outputFile.json=${resultsFile}`, ...args],
    ],
    { cwd: ROOT, env: { ...hostEnvironment(), ...env }, stdio: 'inherit' },
  );
  const exit = new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
  void whenAborted(signal).then(() => child.kill('SIGTERM'));
  return exit;
}

function readResults(file: string): Results | undefined {
  if (!existsSync(file)) return undefined;
  return resultsSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
}
