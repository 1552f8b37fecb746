import { Failure } from '../failure.ts';
import { ROOT } from '../paths.ts';
import { run } from '../process/run.ts';
import { ensureChromium } from '../setup/browsers/chromium.ts';
import type { Say } from '../setup/say.ts';
import { ownNetwork } from './own-network.ts';
import { runSuite } from './suite.ts';

const say: Say = (line) => process.stdout.write(`${line}\n`);

/** `npm run test:site`: builds the documentation site and checks each page in Chromium. */
export const testSite = (args: string[], signal: AbortSignal): Promise<number> =>
  runSuite({ name: 'test:site', projects: ['site'], setUp, runner: ownNetwork }, args, signal);

async function setUp(): Promise<void> {
  await ensureChromium(say);
  say('Building the documentation site.');
  const { code, output } = await run('npm', ['run', '--silent', 'docs:build'], { cwd: ROOT });
  if (code !== 0) throw new Failure(`The documentation site does not build:\n${output}`);
}
