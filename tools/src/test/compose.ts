import { messageOf } from '../failure.ts';
import { findDocker, withoutOutput } from '../containers/engine.ts';
import { ensureChromium } from '../setup/browsers/chromium.ts';
import { runSuite } from './suite.ts';

/** `npm run test:compose`: tests docker-compose.yml with real containers. */
export const testCompose = (args: string[], signal: AbortSignal): Promise<number> =>
  runSuite({ name: 'test:compose', projects: ['compose'], setUp, findMissing }, args, signal);

async function setUp(): Promise<void> {
  await ensureChromium((line) => process.stdout.write(`${line}\n`));
}

/**
 * Resolves with the reason why this machine can't run the suite, or with `undefined` if it can. `command` is the path
 * of `docker`.
 */
export async function findMissing(command?: string): Promise<string | undefined> {
  try {
    const docker = await findDocker(command);
    const { code } = await docker(['compose', 'version']);
    return code === 0 ? undefined : 'Docker Compose is missing. Install the Docker Compose plugin.';
  } catch (error) {
    return withoutOutput(messageOf(error));
  }
}
