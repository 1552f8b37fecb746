import { findCommand, run } from '@tocsin/tools/process/run';
import type { TaskMeta } from 'vitest';

declare module 'vitest' {
  interface TaskMeta {
    /** Why this machine can't run the test. Listed by `npm run test:examples` and `.ci/run`. */
    missing?: string;
  }
}

type Command = readonly [string, ...string[]];

/** How to download, build and start an example. */
export interface Example {
  name: string;
  cwd: string;
  /** The programs that must be on the PATH. */
  tools: readonly string[];
  /** Checks an additional requirement. If this machine doesn't meet it, resolves with an explanation. */
  checkTools?: () => Promise<string | undefined>;
  /** Downloads packages. If the registry doesn't respond, the test is skipped. */
  download?: readonly Command[];
  /** Compiles without access to a registry. */
  build: readonly Command[];
  start: Command;
}

const DOWNLOAD_MS = 180_000;

/** Matches toolchain output that means the registry is unreachable, overloaded or blocked. */
const NO_RESPONSE = new RegExp(
  [
    'connection (?:refused|reset|timed out|broken)|connect(?:ion)? timed? ?out|read timed out|i/o timeout',
    'TLS handshake timeout|timeout was reached|network is unreachable|no such host',
    '(?:could not|failed to) connect|could(?: not|n.t) resolve host|temporary failure in name resolution|name or service not known',
    '(?:error|got|code:?|many) (?:403|407|429|5\\d\\d)\\b|(?:403|407|429|5\\d\\d) (?:forbidden|proxy|too|internal|server error|client error|bad|service|gateway)',
  ].join('|'),
  'i',
);

/** Runs commands in `cwd`. @throws Error with the failed command's output */
async function runAll(commands: readonly Command[], cwd: string, env: Record<string, string> = {}) {
  for (const [program, ...args] of commands) {
    const { code, output } = await run(program, args, { cwd, env });
    if (code !== 0) throw new Error(`${program} ${args.join(' ')} exited with ${code}:\n${output}`);
  }
}

/**
 * Downloads packages. If the registry doesn't respond, resolves with an explanation. @throws Error with the output for
 * any other failure, for example an unknown version or a wrong checksum
 */
export async function downloadAll(
  commands: readonly Command[],
  cwd: string,
  env: Record<string, string> = {},
): Promise<string | undefined> {
  for (const [program, ...args] of commands) {
    const signal = AbortSignal.timeout(DOWNLOAD_MS);
    const { code, output } = await run(program, args, { cwd, env, signal });
    if (signal.aborted) return `the download did not finish within ${DOWNLOAD_MS / 60_000} minutes`;
    if (code === 0) continue;
    const line = output.split('\n').find((candidate) => NO_RESPONSE.test(candidate));
    if (line === undefined) throw new Error(`${program} ${args.join(' ')} exited with ${code}:\n${output}`);
    return `its registry did not respond as expected (${line.trim().slice(0, 200)})`;
  }
  return undefined;
}

/** Builds an example, or skips the test and says why. @throws Error with the output if the build fails */
export async function buildOrSkip(
  { name, cwd, tools, checkTools, download, build }: Example,
  task: { meta: TaskMeta },
  skip: (reason: string) => never,
): Promise<void> {
  const absent = tools.find((tool) => findCommand([tool]) === undefined);
  const missing =
    absent === undefined
      ? ((await checkTools?.()) ?? (await downloadAll(download ?? [], cwd)))
      : `${absent} is not installed`;
  if (missing !== undefined) {
    task.meta.missing = missing;
    skip(`${name}: ${missing}`);
  }
  // Go must not download packages in this step.
  await runAll(build, cwd, { GOPROXY: 'off' });
}
