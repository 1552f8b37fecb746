import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { hostEnvironment } from '../config.ts';
import { messageOf } from '../failure.ts';
import { ARTIFACTS_DIR, ROOT } from '../paths.ts';
import { aborted, Stopped, unlessStopped } from '../process/stop-signal.ts';
import { ensureChromium } from '../setup/chromium.ts';
import { ensureDapr } from '../setup/dapr.ts';
import { ensureRedisServer } from '../setup/redis.ts';
import type { Say } from '../setup/say.ts';
import { ensureUi } from '../setup/ui.ts';
import {
  didNotRun,
  resultsSchema,
  summarize,
  whatFailed,
  whatPassedLater,
  type Results,
  type Summary,
} from './summary.ts';

const RESULTS = join(ARTIFACTS_DIR, 'test-results.json');
const say: Say = (line) => process.stdout.write(`${line}\n`);

/**
 * `npm test`: sets up what the tests need, runs them all (or what `args` name), names what failed, even if a second try
 * passed, and prints
 * `N passed, N failed` as the last line, whatever happens.
 */
export async function test(args: string[], signal: AbortSignal): Promise<number> {
  let summary: Summary;
  try {
    await unlessStopped(signal, setUp());
    const exitCode = await runVitest(args, signal);
    const results = readResults();
    summary = summarize(results, exitCode);
    for (const line of [...whatPassedLater(results, ROOT), ...whatFailed(results, ROOT)])
      process.stdout.write(`${line}\n`);
    const missing = didNotRun(results, ROOT);
    if (missing) process.stdout.write(`${missing}\n`);
  } catch (error) {
    process.stdout.write(`${error instanceof Stopped ? 'Stopped.' : messageOf(error)}\n`);
    summary = { line: '0 passed, 1 failed', ok: false };
  }
  process.stdout.write(`${summary.line}\n`);
  return summary.ok ? 0 : 1;
}

async function setUp(): Promise<void> {
  await ensureRedisServer(say);
  await ensureChromium(say);
  await ensureDapr(say);
  await ensureUi(say);
}

async function runVitest(args: string[], signal: AbortSignal): Promise<number> {
  mkdirSync(ARTIFACTS_DIR, { recursive: true });
  rmSync(RESULTS, { force: true });
  const vitest = join(ROOT, 'node_modules', 'vitest', 'vitest.mjs');
  const child = spawn(
    process.execPath,
    [vitest, 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${RESULTS}`, ...args],
    { cwd: ROOT, env: hostEnvironment(), stdio: 'inherit' },
  );
  const exit = new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
  void aborted(signal).then(() => child.kill('SIGTERM'));
  return exit;
}

function readResults(): Results | undefined {
  if (!existsSync(RESULTS)) return undefined;
  return resultsSchema.parse(JSON.parse(readFileSync(RESULTS, 'utf8')));
}
